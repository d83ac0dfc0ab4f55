import { signal } from "@preact/signals";

/** Milliseconds between two looks. */
const LOOK_EVERY = 2_000;
/** Milliseconds that the relay may take to answer. */
const ANSWER_WITHIN = 5_000;

/** One room as `GET /api/v1/rooms` tells it. */
export interface Room {
  readonly name: string;
  /** Who publishes or talks. */
  readonly people: number;
  readonly viewers: number;
  readonly publishers: readonly Publisher[];
}

/** One who publishes in a room, with the codecs sent. */
export interface Publisher {
  readonly id: string;
  readonly name: string;
  readonly codecs: readonly string[];
}

/** What is known of the rooms. */
export type Rooms =
  | { kind: "loading" }
  | { kind: "known"; rooms: readonly Room[]; plainPort: number | null }
  | { kind: "unreachable" }
  | { kind: "refused" };

interface Listing {
  /** Of the same without TLS, where there is one. */
  plainPort: number | null;
  rooms: {
    name: string;
    viewers: number;
    participants: {
      id: string;
      name: string;
      publishing: boolean;
      tracks: { kind: string; codec: string | null }[];
    }[];
  }[];
}

/** Read the relay's listing. */
export function roomsOf(listing: Pick<Listing, "rooms">): readonly Room[] {
  return listing.rooms.map(({ name, viewers, participants }) => ({
    name,
    people: participants.length,
    viewers,
    publishers: participants
      .filter(({ publishing }) => publishing)
      .map((participant) => ({
        id: participant.id,
        name: participant.name,
        codecs: participant.tracks
          .toSorted((a, b) => b.kind.localeCompare(a.kind))
          .map(({ codec }) => codec)
          .filter((codec) => codec !== null),
      })),
  }));
}

/** Ask the relay at an address once. */
export async function readRooms(base: string): Promise<Rooms> {
  try {
    const response = await fetch(`${base}/api/v1/rooms`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    if (!response.ok) return { kind: response.status === 403 ? "refused" : "unreachable" };
    const listing = (await response.json()) as Listing;
    return { kind: "known", rooms: roomsOf(listing), plainPort: listing.plainPort };
  } catch {
    return { kind: "unreachable" };
  }
}

/** Follow the rooms for as long as the page lives; rests while the page is hidden. */
export function followRooms(base: string) {
  const rooms = signal<Rooms>({ kind: "loading" });
  async function follow(): Promise<void> {
    if (!document.hidden) rooms.value = await readRooms(base);
    setTimeout(() => void follow(), LOOK_EVERY);
  }
  void follow();
  return rooms;
}
