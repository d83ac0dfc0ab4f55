import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { statusText } from "../../status-text.ts";
import type { Graph } from "../../store/status/graph.ts";
import { layoutOf } from "../../store/status/layout.ts";
import type { Kind, Transport } from "../../store/status/report.ts";
import { Connections } from "./connections.tsx";
import { Drawing } from "./drawing.tsx";
import { Legend } from "./legend.tsx";
import { Told } from "./told.tsx";
import { Tracks } from "./tracks.tsx";
import type { View } from "./view.ts";

const BOTH: ReadonlySet<Kind> = new Set<Kind>(["video", "audio"]);

/** One room: the drawing, and the same in tables. */
export function RoomPanel({
  graph,
  transports,
}: {
  graph: Graph;
  transports: readonly Transport[];
}) {
  const view: View = {
    pinned: useSignal<string | undefined>(undefined),
    pointed: useSignal<string | undefined>(undefined),
    line: useSignal<string | undefined>(undefined),
    kinds: useSignal(BOTH),
  };
  // Made, since a name may have spaces.
  const heading = useId();
  const layout = layoutOf(graph);
  return (
    <section class="panel" aria-labelledby={heading}>
      <div class="head">
        <h2 id={heading} dir="auto">
          {statusText.room(graph.room)}
        </h2>
        <Legend kinds={view.kinds} />
      </div>
      <Told graph={graph} layout={layout} view={view} />
      <Drawing graph={graph} layout={layout} view={view} />
      <Tracks graph={graph} />
      <Connections transports={transports} room={graph.room} />
    </section>
  );
}
