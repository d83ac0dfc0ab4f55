import type { Signal } from "@preact/signals";
import type { Graph } from "../../store/status/graph.ts";
import type { Kind } from "../../store/status/report.ts";

/** What somebody looks at in a room. */
export interface View {
  /** Who was chosen, and stays so. */
  readonly pinned: Signal<string | undefined>;
  /** Whom the pointer or the focus is at. */
  readonly pointed: Signal<string | undefined>;
  /** The line that is pointed at. */
  readonly line: Signal<string | undefined>;
  /** What is drawn. */
  readonly kinds: Signal<ReadonlySet<Kind>>;
}

/** Whom one looks at, as long as it is there. */
export function chosenOf(view: View, { senders, receivers }: Graph): string | undefined {
  const wanted = view.pointed.value ?? view.pinned.value;
  return [...senders, ...receivers].find(({ id }) => id === wanted)?.id;
}
