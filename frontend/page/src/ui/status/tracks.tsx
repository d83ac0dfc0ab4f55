import { statusText } from "../../status-text.ts";
import { bits } from "../../store/amount.ts";
import type { Graph, Line, Sender, Sent } from "../../store/status/graph.ts";
import type { Track } from "../../store/status/report.ts";
import { nameOf } from "./drawing.tsx";
import { Fold } from "./fold.tsx";

/** Rows that are shown without being asked for. */
const FEW_ROWS = 12;

/** Every track, and who gets it. */
export function Tracks({ graph }: { graph: Graph }) {
  const words = statusText.tracks;
  const names = new Map(graph.receivers.map((receiver) => [receiver.id, nameOf(receiver)]));
  const count = graph.senders.reduce((sum, { sent }) => sum + sent.length, 0);
  return (
    <Fold title={`${words.title} (${count})`} open={count <= FEW_ROWS}>
      {() => (
        <table aria-label={`${words.title}: ${graph.room}`}>
          <thead>
            <tr>
              <th scope="col">{words.from}</th>
              <th scope="col">{words.what}</th>
              <th scope="col">{words.state}</th>
              <th scope="col" class="number">
                {words.rate}
              </th>
              <th scope="col">{words.to}</th>
            </tr>
          </thead>
          <tbody>
            {graph.senders.flatMap((sender) =>
              sender.sent.map((sent) => (
                <Row
                  key={sent.track.id}
                  sender={sender}
                  sent={sent}
                  lines={graph.lines.filter(({ track }) => track === sent.track.id)}
                  names={names}
                />
              )),
            )}
          </tbody>
        </table>
      )}
    </Fold>
  );
}

/** What a track is, in words. */
export function what({ kind, source, codec, layers }: Track): string {
  const largest = layers.at(-1);
  const size = largest && largest.width > 0 ? `${largest.width} × ${largest.height}` : undefined;
  const name = statusText.sources[source] ?? statusText.kinds[kind];
  return [name, codec, size].filter((word) => word).join(" · ");
}

function Row({
  sender,
  sent,
  lines,
  names,
}: {
  sender: Sender;
  sent: Sent;
  lines: readonly Line[];
  names: ReadonlyMap<string, string>;
}) {
  const { states, tracks: words } = statusText;
  return (
    <tr data-state={sent.state}>
      <th scope="row">
        <bdi>{sender.name}</bdi>
      </th>
      <td data-label={words.what}>{what(sent.track)}</td>
      <td data-label={words.state}>{states[sent.state]}</td>
      <td class="number" data-label={words.rate}>
        {bits(sent.bitrate)}
      </td>
      <td data-label={words.to}>
        {lines.length === 0 && words.nobody}
        {lines.map(({ id, to, state, bitrate }, index) => (
          <span key={id}>
            {index > 0 && ", "}
            <bdi>{names.get(to)}</bdi> {state === "flowing" ? bits(bitrate) : states[state]}
          </span>
        ))}
      </td>
    </tr>
  );
}
