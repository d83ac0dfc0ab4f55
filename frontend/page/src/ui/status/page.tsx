import { useSignal } from "@preact/signals";
import icon from "../../icon.svg";
import { statusText } from "../../status-text.ts";
import { count } from "../../store/amount.ts";
import type { StatusStore } from "../../store/status/follow.ts";
import type { Graph } from "../../store/status/graph.ts";
import type { Transport } from "../../store/status/report.ts";
import { text } from "../../text.ts";
import { Operator } from "./operator.tsx";
import { Relays } from "./relays.tsx";
import { RoomPanel } from "./room.tsx";
import { Totals } from "./totals.tsx";

/** Rooms that are drawn, and that one more click draws. */
const SHOWN = 12;

/** What the relay does, room by room. */
export function StatusPage({ store }: { store: StatusStore }) {
  return (
    <main class="status">
      <header>
        <a href="./" title={statusText.home}>
          <img src={icon} alt="" width="32" height="32" />
          {text.name}
        </a>
        <h1>{statusText.title}</h1>
        <Notice store={store} />
      </header>
      <Body store={store} />
      <Operator store={store} />
    </main>
  );
}

function Rooms({
  graphs,
  transports,
}: {
  graphs: readonly Graph[];
  transports: readonly Transport[];
}) {
  const most = useSignal(SHOWN);
  const more = graphs.length - most.value;
  return (
    <>
      {graphs.slice(0, most.value).map((graph) => (
        <RoomPanel
          key={graph.room}
          graph={graph}
          transports={transports.filter(({ room }) => room === graph.room)}
        />
      ))}
      {more > 0 && (
        <button
          type="button"
          class="more"
          onClick={() => {
            most.value += SHOWN;
          }}
        >
          {statusText.more(count(more))}
        </button>
      )}
    </>
  );
}

function Notice({ store }: { store: StatusStore }) {
  const trouble = store.trouble.value;
  return (
    <div role="status">
      {trouble && (
        <p class="notice">
          {statusText.trouble[trouble]} {store.report.value && statusText.old}
        </p>
      )}
    </div>
  );
}

function Body({ store }: { store: StatusStore }) {
  const report = store.report.value;
  if (report === undefined) {
    return store.trouble.value ? null : <p class="faint">{statusText.loading}</p>;
  }
  return (
    <>
      <Totals report={report} />
      {report.relays.length > 1 && <Relays relays={report.relays} />}
      {report.rooms.length === 0 && (
        <section class="panel nobody">
          <p>{statusText.empty}</p>
          <p class="faint">{statusText.emptyThen}</p>
        </section>
      )}
      <Rooms graphs={store.graphs.value} transports={report.statistics.transports} />
    </>
  );
}
