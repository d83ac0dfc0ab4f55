import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Kind } from "../../store/status/report.ts";

/** What somebody looks at in a room. */
export interface View {
  /** Who was chosen, and stays so. */
  readonly pinned: Signal<string | undefined>;
  /** Whom the pointer or the focus is at. */
  readonly pointed: Signal<string | undefined>;
  /** The one of both that counts. */
  readonly chosen: ReadonlySignal<string | undefined>;
  /** The line that is pointed at. */
  readonly line: Signal<string | undefined>;
  /** What is drawn. */
  readonly kinds: Signal<ReadonlySet<Kind>>;
}
