import { statusText } from "../../status-text.ts";
import { bits, count } from "../../store/amount.ts";
import type { Carrier, Report } from "../../store/status/report.ts";

/** The relay as a whole, in a few numbers. */
export function Totals({ report }: { report: Report }) {
  const words = statusText.totals;
  const { rooms, statistics } = report;
  const { transports } = statistics;
  const lost = statistics.datagramsDropped + statistics.datagramsUnsent + statistics.batchesDropped;
  const figures: [string, string][] = [
    [words.rooms, count(rooms.length)],
    [words.people, count(rooms.reduce((sum, room) => sum + room.participants.length, 0))],
    [words.viewers, count(rooms.reduce((sum, room) => sum + room.viewers, 0))],
    [words.incoming, bits(total(transports.flatMap(({ producers }) => producers)))],
    [words.outgoing, bits(total(transports.flatMap(({ consumers }) => consumers)))],
    [words.lost, count(lost)],
  ];
  return (
    <section aria-label={words.label}>
      <dl class="totals">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function total(carriers: readonly Carrier[]): number {
  return carriers.reduce((sum, { bitrate }) => sum + (bitrate ?? 0), 0);
}
