import type {
  Carriers,
  Consumer,
  Kind,
  Participant,
  Report,
  Room,
  Track,
  Transport,
  TrunkTransport,
} from "./report.ts";

/** How something is sent, the first that applies. */
export type State = "paused" | "muted" | "stalled" | "silent" | "flowing";

/** One track of a sender. */
export interface Sent {
  readonly track: Track;
  readonly state: State;
  readonly bitrate: number;
  readonly loss: number | undefined;
}

/** Who sends. */
export interface Sender {
  readonly id: string;
  readonly name: string;
  readonly connected: boolean;
  readonly sent: readonly Sent[];
}

/** Who receives; all viewers by WHEP of the same sender are one. */
export interface Receiver {
  readonly id: string;
  /** Undefined for viewers, who have none. */
  readonly name: string | undefined;
  /** How many viewers; 1 for everybody else. */
  readonly count: number;
  readonly bitrate: number;
}

/** A track on its way to a receiver. */
export interface Line {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly track: string;
  readonly kind: Kind;
  readonly state: State;
  readonly bitrate: number;
  readonly loss: number | undefined;
  /** Round-trip time in seconds. */
  readonly roundTrip: number | undefined;
}

/** Who sends what to whom in one room. */
export interface Graph {
  readonly room: string;
  readonly senders: readonly Sender[];
  readonly receivers: readonly Receiver[];
  readonly lines: readonly Line[];
}

/** One graph for each room, in the report's order. */
export function graphsOf({ rooms, statistics }: Report): readonly Graph[] {
  return rooms.map((room) => {
    const here = statistics.transports.filter((transport) => transport.room === room.name);
    return graphOf(room, here, statistics.trunks);
  });
}

function graphOf(
  room: Room,
  transports: readonly Transport[],
  trunks: readonly TrunkTransport[],
): Graph {
  const senders = room.participants
    .filter(({ role, tracks }) => role === "publisher" || tracks.length > 0)
    .map((participant) => senderOf(participant, participant.remote ? trunks : transports));
  const tracks = new Map(
    senders.flatMap(({ id, sent }) => sent.map((one) => [one.track.id, { from: id, ...one }])),
  );
  const groups = [
    ...groupsOf(room, transports, (track) => tracks.get(track)?.from),
    ...neighboursOf(trunks, (track) => tracks.has(track)),
  ];
  const lines = groups.flatMap(({ receiver, consumers }) => linesTo(receiver, consumers, tracks));
  return { room: room.name, senders, receivers: groups.map(({ receiver }) => receiver), lines };
}

function senderOf(participant: Participant, transports: readonly Carriers[]): Sender {
  // Of a track that comes by two ways, for a moment, the one that flows counts.
  const producers = new Map(
    transports
      .flatMap((transport) => transport.producers)
      .toSorted((one, other) => (one.bitrate ?? 0) - (other.bitrate ?? 0))
      .map((one) => [one.track, one]),
  );
  const pictureFirst = participant.tracks.toSorted((a, b) => b.kind.localeCompare(a.kind));
  const sent = pictureFirst.map((track) => {
    const producer = producers.get(track.id);
    const bitrate = producer?.bitrate ?? 0;
    return { track, bitrate, state: stateOf(track, bitrate), loss: producer?.loss ?? undefined };
  });
  return { id: participant.id, name: participant.name, connected: participant.publishing, sent };
}

interface Group {
  readonly receiver: Receiver;
  readonly consumers: readonly Consumer[];
}

function groupsOf(
  room: Room,
  transports: readonly Transport[],
  ownerOf: (track: string) => string | undefined,
): readonly Group[] {
  const guests = room.participants
    .filter(({ role, remote }) => role === "client" && !remote)
    .map(({ id, name }) => {
      const own = transports.filter(({ participant }) => participant === id);
      return group(id, name, 1, own);
    });
  const viewers = grouped(
    transports.filter(({ role }) => role === "viewer"),
    ({ consumers }) => {
      const owners = consumers.map(({ track }) => (track === null ? undefined : ownerOf(track)));
      return owners.find((owner) => owner !== undefined) ?? "";
    },
  );
  const watching = [...viewers].map(([owner, own]) =>
    group(`viewers ${owner}`, undefined, own.length, own),
  );
  return [...guests, ...watching];
}

/** Relays that are sent something of this room. */
function neighboursOf(
  trunks: readonly TrunkTransport[],
  isHere: (track: string) => boolean,
): readonly Group[] {
  const sending = grouped(trunks, ({ relay }) => relay);
  return [...sending].flatMap(([relay, all]) => {
    const consumers = all
      .flatMap((trunk) => trunk.consumers)
      .filter(({ track, paused }) => track !== null && !paused && isHere(track));
    if (consumers.length === 0) return [];
    const receiver = {
      id: `relay ${relay}`,
      name: all[0]?.name,
      count: 1,
      bitrate: sum(consumers),
    };
    return { receiver, consumers };
  });
}

function group(
  id: string,
  name: string | undefined,
  count: number,
  transports: readonly Transport[],
): Group {
  const consumers = transports.flatMap((transport) => transport.consumers);
  return { receiver: { id, name, count, bitrate: sum(consumers) }, consumers };
}

function linesTo(
  receiver: Receiver,
  consumers: readonly Consumer[],
  tracks: ReadonlyMap<string, Sent & { from: string }>,
): readonly Line[] {
  const byTrack = grouped(consumers, ({ track }) => track ?? "");
  return [...byTrack].flatMap(([id, all]) => {
    const sent = tracks.get(id);
    if (sent === undefined) return [];
    const bitrate = sum(all);
    const paused = all.every((one) => one.paused);
    return {
      id: `${id} ${receiver.id}`,
      from: sent.from,
      to: receiver.id,
      track: id,
      kind: sent.track.kind,
      state: paused ? "paused" : stateOf(sent.track, bitrate),
      bitrate,
      loss: worst(all.map(({ loss }) => loss)),
      roundTrip: worst(all.map(({ rtt }) => rtt)),
    };
  });
}

function stateOf(track: Track, bitrate: number): State {
  if (track.muted) return "muted";
  if (track.stalled) return "stalled";
  return bitrate > 0 ? "flowing" : "silent";
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string) {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function sum(all: readonly { bitrate: number | null }[]): number {
  return all.reduce((total, { bitrate }) => total + (bitrate ?? 0), 0);
}

function worst(values: readonly (number | null)[]): number | undefined {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : undefined;
}
