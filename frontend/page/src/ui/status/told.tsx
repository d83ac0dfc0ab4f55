import { statusText } from "../../status-text.ts";
import { bits, count, milliseconds, percent } from "../../store/amount.ts";
import type { Graph, Line } from "../../store/status/graph.ts";
import { type Layout, MOST_LINES, touches } from "../../store/status/layout.ts";
import { nameOf } from "./drawing.tsx";
import { what } from "./tracks.tsx";
import { chosenOf, type View } from "./view.ts";

interface Shown {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly view: View;
}

/** The figures of what is looked at. */
export function Told({ graph, layout, view }: Shown) {
  const line = graph.lines.find(({ id }) => id === view.line.value);
  const chosen = chosenOf(view, graph);
  if (line !== undefined) return <p class="told">{lineSentence(graph, line)}</p>;
  if (chosen !== undefined) return <p class="told">{personSentence(graph, chosen)}</p>;
  const lines = layout.strokes.filter((one) => view.kinds.value.has(one.line.kind)).length;
  const hint = lines > MOST_LINES ? statusText.tooMany(count(lines)) : statusText.hint;
  return <p class="told faint">{hint}</p>;
}

function lineSentence(graph: Graph, line: Line) {
  const sender = graph.senders.find(({ id }) => id === line.from);
  const receiver = graph.receivers.find(({ id }) => id === line.to);
  const sent = sender?.sent.find(({ track }) => track.id === line.track);
  return (
    <>
      <strong>
        <bdi>{sender?.name}</bdi> → <bdi>{receiver && nameOf(receiver)}</bdi>
      </strong>{" "}
      {sent && what(sent.track)} · {statusText.states[line.state]} · {bits(line.bitrate)} ·{" "}
      {statusText.loss} {percent(line.loss)} · {statusText.roundTrip} {milliseconds(line.roundTrip)}
    </>
  );
}

function personSentence(graph: Graph, who: string) {
  const sender = graph.senders.find(({ id }) => id === who);
  const receiver = graph.receivers.find(({ id }) => id === who);
  const up = sender?.sent.reduce((sum, { bitrate }) => sum + bitrate, 0);
  const own = graph.lines.filter((line) => touches(line, who));
  const from = new Set(own.filter(({ to }) => to === who).map((line) => line.from));
  const to = new Set(own.filter((line) => line.from === who).map((line) => line.to));
  const name = sender?.name ?? (receiver && nameOf(receiver));
  return (
    <>
      <strong>
        <bdi>{name}</bdi>
      </strong>
      {up !== undefined && ` ${statusText.sends} ${bits(up)} → ${count(to.size)}`}
      {up !== undefined && receiver && " ·"}
      {receiver && ` ${statusText.receives} ${bits(receiver.bitrate)} ← ${count(from.size)}`}
    </>
  );
}
