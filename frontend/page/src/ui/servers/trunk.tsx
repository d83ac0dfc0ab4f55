import type { ComponentChildren } from "preact";
import { language } from "../../language.ts";
import { serversText } from "../../servers-text.ts";
import { bits, count, milliseconds } from "../../store/amount.ts";
import type { Trunk } from "../../store/servers/entries.ts";
import { Entry, Fact, type Mood } from "./entry.tsx";

const words = serversText.facts;
const MOODS: Record<Trunk["state"] | "silent", Mood> = {
  connecting: "waiting",
  up: "good",
  silent: "waiting",
  waiting: "waiting",
  refused: "bad",
};

/** What a trunk is called. */
export function trunkName(trunk: Trunk): string {
  return trunk.relay?.name ?? trunk.url ?? trunk.id;
}

/** One trunk, as it is. */
export function TrunkEntry({ trunk, deeds }: { trunk: Trunk; deeds: ComponentChildren }) {
  const isUp = trunk.state === "up";
  const state = trunk.silent ? "silent" : trunk.state;
  return (
    <Entry
      name={trunkName(trunk)}
      address={(trunk.relay && trunk.url) ?? undefined}
      mood={MOODS[state]}
      state={serversText.trunkStates[state]}
      error={trunk.error}
      deeds={trunk.direction === "out" ? deeds : null}
    >
      <Fact label={words.dialled}>
        {trunk.direction === "out" ? serversText.byUs : serversText.byThem}
      </Fact>
      <Fact label={words.since}>{moment(trunk.since)}</Fact>
      {trunk.original && <Fact label={words.software}>{serversText.original}</Fact>}
      {isUp && !trunk.original && (
        <Fact label={words.roundTrip}>{milliseconds(trunk.rtt ?? undefined)}</Fact>
      )}
      {isUp && <Fact label={words.sends}>{amount(trunk.sentKbps, trunk.tracksSent)}</Fact>}
      {isUp && (
        <Fact label={words.receives}>{amount(trunk.receivedKbps, trunk.tracksReceived)}</Fact>
      )}
      {trunk.heldBack > 0 && <Fact label={words.heldBack}>{count(trunk.heldBack)}</Fact>}
      {trunk.rooms && <Fact label={words.rooms}>{trunk.rooms.join(", ")}</Fact>}
    </Entry>
  );
}

function amount(kbps: number, tracks: number): string {
  return tracks === 0 ? bits(0) : `${bits(kbps * 1000)} · ${serversText.tracks(tracks)}`;
}

/** The time of day, with the date if it was not today. */
function moment(seconds: number): string {
  const then = new Date(seconds * 1000);
  const isToday = then.toDateString() === new Date().toDateString();
  return isToday ? then.toLocaleTimeString(language) : then.toLocaleString(language);
}
