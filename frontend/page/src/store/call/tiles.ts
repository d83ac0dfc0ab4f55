import type { Participant, Track } from "@trunkline/sdk";

/** One picture in a call, with the sound that belongs to it. */
export interface Tile {
  readonly key: string;
  /** Somebody, or what somebody shows: a screen, a second camera. */
  readonly kind: "person" | "shared";
  readonly participantId: string;
  readonly name: string;
  /** Undefined: it sends no picture, or has turned the camera off. */
  readonly video: Track | undefined;
  readonly audio: readonly Track[];
  /** Nothing of it can be heard. */
  readonly silent: boolean;
  readonly stalled: boolean;
  readonly handRaised: boolean;
  /** Its connection is lost, and it may come back. */
  readonly away: boolean;
}

type People = ReadonlyMap<string, Participant>;
type Tracks = ReadonlyMap<string, Track>;

/** The tiles of those who send something, in the order in which they came. */
export function tilesOf(participants: People, tracks: Tracks): readonly Tile[] {
  const owned = new Map<string, Track[]>();
  for (const track of tracks.values()) {
    owned.set(track.participantId, [...(owned.get(track.participantId) ?? []), track]);
  }
  return [...participants.values()].flatMap((one) => tilesOfOne(one, owned.get(one.id) ?? []));
}

/** Those who send nothing. */
export function viewersOf(participants: People, tracks: Tracks): readonly Participant[] {
  const senders = new Set([...tracks.values()].map(({ participantId }) => participantId));
  return [...participants.values()].filter(({ id }) => !senders.has(id));
}

function tilesOfOne(person: Participant, tracks: readonly Track[]): Tile[] {
  const isScreen = ({ source }: Track) => source === "screen" || source === "screen-audio";
  const own = tracks.filter((track) => !isScreen(track));
  const [face, ...more] = own.filter(({ kind }) => kind === "video");
  const voice = own.filter(({ kind }) => kind === "audio");
  const screens = tracks.filter((track) => isScreen(track) && track.kind === "video");
  const sound = tracks.filter((track) => isScreen(track) && track.kind === "audio");
  const tiles = [...screens, ...more].map((video, index) => {
    return tileOf(person, "shared", video, index === 0 && isScreen(video) ? sound : []);
  });
  // A screen's sound alone belongs to its person.
  const rest = screens.length === 0 ? [...voice, ...sound] : voice;
  if (face === undefined && rest.length === 0) return tiles;
  return [tileOf(person, "person", face, rest), ...tiles];
}

function tileOf(
  { id, name, handRaised, away }: Participant,
  kind: Tile["kind"],
  video: Track | undefined,
  audio: readonly Track[],
): Tile {
  const shown = video?.muted ? undefined : video;
  return {
    key: kind === "person" || video === undefined ? id : video.id,
    kind,
    participantId: id,
    name,
    video: shown,
    audio,
    silent: audio.every(({ muted }) => muted),
    stalled: shown?.stalled ?? false,
    handRaised: handRaised && kind === "person",
    away,
  };
}
