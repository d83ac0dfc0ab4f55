import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { text } from "../text.ts";
import { toClipboard } from "./clipboard.ts";

/** Milliseconds for which the button says that it worked. */
const SAY_FOR = 1_600;

/** A line to be copied, with its button. */
export function Copy({ value, label }: { value: string; label: string }) {
  const line = useRef<HTMLElement>(null);
  const said = useSignal<keyof typeof text.copy>("copy");

  async function copy(): Promise<void> {
    said.value = (await toClipboard(value, line.current)) ? "copied" : "failed";
    setTimeout(() => {
      said.value = "copy";
    }, SAY_FOR);
  }

  return (
    <div class="copy">
      <code ref={line}>{value}</code>
      <button type="button" aria-label={`${text.copy.copy}: ${label}`} onClick={() => void copy()}>
        <span aria-live="polite">{text.copy[said.value]}</span>
      </button>
    </div>
  );
}
