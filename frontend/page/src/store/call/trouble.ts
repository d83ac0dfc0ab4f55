import { text } from "../../text.ts";
import type { Kind, Trouble } from "./ask.ts";

/** What is wrong with a camera, a microphone, or both, and what to do. */
export function troubleText(trouble: Trouble, of: Kind | "both"): string {
  return trouble === "insecure" ? text.call.troubles.insecure : text.call.troubles[trouble][of];
}
