import { statusText } from "../../status-text.ts";
import { bits, milliseconds, percent } from "../../store/amount.ts";
import type { Transport } from "../../store/status/report.ts";
import { Fold } from "./fold.tsx";

/** Every media connection of a room, for whoever looks for what is wrong. */
export function Connections({
  transports,
  room,
}: {
  transports: readonly Transport[];
  room: string;
}) {
  const words = statusText.connections;
  return (
    <Fold title={`${words.title} (${transports.length})`} open={false}>
      {() => (
        <table aria-label={`${words.title}: ${room}`}>
          <thead>
            <tr>
              <th scope="col">{words.who}</th>
              <th scope="col">{words.way}</th>
              <th scope="col">{words.address}</th>
              <th scope="col" class="number">
                {words.rate}
              </th>
              <th scope="col" class="number">
                {words.loss}
              </th>
              <th scope="col" class="number">
                {words.roundTrip}
              </th>
            </tr>
          </thead>
          <tbody>
            {transports.map((transport) => (
              <Row
                key={`${transport.participant} ${isOutgoing(transport)}`}
                transport={transport}
              />
            ))}
          </tbody>
        </table>
      )}
    </Fold>
  );
}

function Row({ transport }: { transport: Transport }) {
  const words = statusText.connections;
  const { name, connected, remote, protocol, producers, consumers } = transport;
  const media = [...producers, ...consumers];
  const losses = media.map(({ loss }) => loss).filter((loss) => loss !== null);
  const times = consumers.map(({ rtt }) => rtt).filter((rtt) => rtt !== null);
  return (
    <tr>
      <th scope="row">
        <bdi>{name ?? words.viewer}</bdi>
      </th>
      <td data-label={words.way}>{isOutgoing(transport) ? words.outgoing : words.incoming}</td>
      <td data-label={words.address}>
        {connected ? `${remote ?? ""} ${protocol?.toUpperCase()}` : statusText.connecting}
      </td>
      <td class="number" data-label={words.rate}>
        {bits(media.reduce((sum, { bitrate }) => sum + (bitrate ?? 0), 0))}
      </td>
      <td class="number" data-label={words.loss}>
        {percent(most(losses))}
      </td>
      <td class="number" data-label={words.roundTrip}>
        {milliseconds(most(times))}
      </td>
    </tr>
  );
}

function isOutgoing({ consumers }: Transport): boolean {
  return consumers.length > 0;
}

function most(values: readonly number[]): number | undefined {
  return values.length > 0 ? Math.max(...values) : undefined;
}
