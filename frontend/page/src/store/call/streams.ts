import type { Subscription } from "@trunkline/sdk";
import type { Tile } from "./tiles.ts";

/** One stream for each tile: the same object as long as the tile lives. */
export class Streams {
  readonly #newStream: () => MediaStream;
  readonly #streams = new Map<string, MediaStream>(); // bounded by the tracks of the room

  constructor(newStream: () => MediaStream = () => new MediaStream()) {
    this.#newStream = newStream;
  }

  /** Put what comes into the streams of the tiles. */
  update(
    tiles: readonly Tile[],
    subscriptions: ReadonlyMap<string, Subscription>,
  ): ReadonlyMap<string, MediaStream> {
    const keys = new Set(tiles.map(({ key }) => key));
    for (const key of [...this.#streams.keys()]) if (!keys.has(key)) this.#streams.delete(key);
    for (const { key, video, audio } of tiles) {
      const stream = this.#streams.get(key) ?? this.#newStream();
      this.#streams.set(key, stream);
      const tracks = [...(video ? [video] : []), ...audio];
      fill(stream, new Set(tracks.flatMap(({ id }) => subscriptions.get(id)?.media ?? [])));
    }
    return new Map(this.#streams);
  }
}

function fill(stream: MediaStream, wanted: ReadonlySet<MediaStreamTrack>): void {
  const present = new Set(stream.getTracks());
  for (const track of present) if (!wanted.has(track)) stream.removeTrack(track);
  for (const track of wanted) if (!present.has(track)) stream.addTrack(track);
}
