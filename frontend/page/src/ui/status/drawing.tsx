import type { JSX } from "preact";
import { statusText } from "../../status-text.ts";
import { bits } from "../../store/amount.ts";
import type { Graph, Receiver, Sender, State } from "../../store/status/graph.ts";
import { drawn, type Layout, MOST_LINES, touches } from "../../store/status/layout.ts";
import { Node } from "./node.tsx";
import { chosenOf, type View } from "./view.ts";

interface Shown {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly view: View;
}

/** Senders on one side, receivers on the other, and a line for each track that somebody gets. */
export function Drawing({ graph, layout, view }: Shown) {
  return (
    <div class="drawing" data-dense={layout.dense} style={{ "--rows": layout.rows }}>
      <Side title={statusText.senders} none={statusText.noSenders}>
        {graph.senders.map((sender) => (
          <Node
            key={sender.id}
            id={sender.id}
            name={sender.name}
            figure={figureOf(sender)}
            state={worstOf(sender)}
            view={view}
          />
        ))}
      </Side>
      <Lines graph={graph} layout={layout} view={view} />
      <Side title={statusText.receivers} none={statusText.noReceivers}>
        {graph.receivers.map((receiver) => (
          <Node
            key={receiver.id}
            id={receiver.id}
            name={nameOf(receiver)}
            figure={bits(receiver.bitrate)}
            state="flowing"
            view={view}
          />
        ))}
      </Side>
    </div>
  );
}

/** What a receiver is called. */
export function nameOf({ name, count }: Receiver): string {
  return name ?? statusText.viewers(count);
}

function Side({ title, none, children }: { title: string; none: string; children: JSX.Element[] }) {
  return (
    <div class="side">
      <h3>{title}</h3>
      {children.length > 0 ? <ul>{children}</ul> : <p class="faint">{none}</p>}
    </div>
  );
}

/** The tables say the same to whoever cannot see it. */
function Lines({ graph, layout, view }: Shown) {
  const chosen = chosenOf(view, graph);
  const strokes = drawn(layout.strokes, chosen, view.kinds.value);
  const bundled = strokes.length === 0 && layout.strokes.length > MOST_LINES;
  return (
    <svg
      class="lines"
      viewBox={`0 0 100 ${layout.rows}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {bundled &&
        layout.bundles.map(({ id, path, width }) => (
          <path key={id} class="line bundle" d={path} stroke-width={width} />
        ))}
      {strokes.map(({ line, path, width }) => (
        <g
          key={line.id}
          data-kind={line.kind}
          data-faded={chosen !== undefined && !touches(line, chosen)}
          data-pointed={view.line.value === line.id}
          onPointerEnter={() => {
            view.line.value = line.id;
          }}
          onPointerLeave={() => {
            view.line.value = undefined;
          }}
        >
          <path class="reach" d={path} />
          <path class="line" data-state={line.state} d={path} stroke-width={width} />
        </g>
      ))}
    </svg>
  );
}

function figureOf({ connected, sent }: Sender): string {
  if (!connected) return statusText.connecting;
  return bits(sent.reduce((sum, { bitrate }) => sum + bitrate, 0));
}

function worstOf({ sent }: Sender): State {
  return sent.some(({ state }) => state === "stalled") ? "stalled" : "flowing";
}
