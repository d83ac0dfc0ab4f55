import type { Edge, Relay } from "./report.ts";

/** A relay, and where it is drawn. */
export interface Place {
  readonly id: string;
  readonly name: string;
  /** It is the one that tells. */
  readonly here: boolean;
  /** From the middle, -1 to 1. */
  readonly x: number;
  readonly y: number;
}

/** How a trunk is: one whose other end is not heard of is about to end, or comes back. */
export type Use = "flowing" | "idle" | "silent";

/** Two relays that are joined by a trunk. */
export interface Trunk {
  readonly id: string;
  readonly from: Place;
  readonly to: Place;
  /** Round-trip time in seconds. */
  readonly roundTrip: number | undefined;
  /** Tracks that cross from the first to the second, and the other way. */
  readonly there: number;
  readonly back: number;
  readonly use: Use;
}

/** The relays that trunks join. */
export interface RelayMap {
  readonly places: readonly Place[];
  readonly trunks: readonly Trunk[];
}

/** Place relays on a circle, so that neighbours are beside each other where that is possible. */
export function mapOf(relays: readonly Relay[]): RelayMap {
  const known = new Map(relays.map((relay) => [relay.relay, relay]));
  const places = walk(relays, known).map((relay, index, { length }) => {
    // This relay is at the left, where one begins to read.
    const angle = Math.PI + (2 * Math.PI * index) / length;
    const radius = length > 1 ? 1 : 0;
    const [x, y] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    return { id: relay.relay, name: relay.name, here: relay === relays[0], x, y };
  });
  return { places, trunks: trunksOf(places, known) };
}

/** Each relay after one of its neighbours, as far as there is one that was not named. */
function walk(relays: readonly Relay[], known: ReadonlyMap<string, Relay>): readonly Relay[] {
  const ordered = new Set<Relay>();
  function go(relay: Relay): void {
    if (ordered.has(relay)) return;
    ordered.add(relay);
    for (const edge of relay.edges) {
      const next = known.get(edge.relay);
      if (next !== undefined) go(next);
    }
  }
  relays.forEach(go);
  return [...ordered];
}

function trunksOf(places: readonly Place[], known: ReadonlyMap<string, Relay>): readonly Trunk[] {
  return places.flatMap((from, index) =>
    places.slice(index + 1).flatMap((to) => {
      const there = edgeOf(known, from.id, to.id);
      const back = edgeOf(known, to.id, from.id);
      // One end that has lost it knows better than one that has not noticed yet.
      if (there === undefined || back === undefined) return [];
      const roundTrips = [there.rtt, back.rtt].filter((rtt) => rtt !== null);
      return {
        id: `${from.id} ${to.id}`,
        from,
        to,
        roundTrip: roundTrips.length > 0 ? Math.min(...roundTrips) : undefined,
        there: there.tracks,
        back: back.tracks,
        use: useOf(there, back),
      };
    }),
  );
}

function useOf(there: Edge, back: Edge): Use {
  // Either end may be the first to notice, or the only one.
  if (there.silent || back.silent) return "silent";
  return there.tracks + back.tracks > 0 ? "flowing" : "idle";
}

function edgeOf(known: ReadonlyMap<string, Relay>, from: string, to: string) {
  return known.get(from)?.edges.find(({ relay }) => relay === to);
}
