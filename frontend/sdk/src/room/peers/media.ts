import type { Track } from "../model.ts";

/** A track that comes, as a page can show it. */
export interface Subscription {
  readonly track: Track;
  readonly media: MediaStreamTrack;
  /** All that comes of the participant's stream: the same object as long as anything of it does. */
  readonly stream: MediaStream;
}

/** What changed. */
export interface Changes {
  readonly gone: readonly Subscription[];
  readonly come: readonly Subscription[];
}

/** Puts what comes into one stream for each stream of each participant. */
export class Media {
  readonly #newStream: () => MediaStream;
  readonly #current = new Map<string, Subscription>(); // bounded by the tracks of the room

  constructor(newStream: () => MediaStream) {
    this.#newStream = newStream;
  }

  /** What comes now, by the track's id. */
  get current(): ReadonlyMap<string, Subscription> {
    return this.#current;
  }

  /**
   * Take in what there is.
   *
   * @param tracks those of the others
   * @param carried what the media connection has for each
   */
  update(
    tracks: ReadonlyMap<string, Track>,
    carried: ReadonlyMap<string, MediaStreamTrack>,
  ): Changes {
    const gone = this.#take(tracks, carried);
    const come: Subscription[] = [];
    for (const [id, media] of carried) {
      const track = tracks.get(id);
      if (track === undefined) continue;
      const known = this.#current.get(id);
      const stream = known?.stream ?? this.#stream(track);
      this.#current.set(id, { track, media, stream });
      if (known !== undefined) continue;
      // One stream of a participant may have several tracks of a kind; a page asks by track then.
      stream.addTrack(media);
      come.push({ track, media, stream });
    }
    return { gone, come };
  }

  /** Remove what is not there any more, or comes by another medium now. */
  #take(tracks: ReadonlyMap<string, Track>, carried: ReadonlyMap<string, MediaStreamTrack>) {
    const gone = [...this.#current.values()].filter(({ track, media }) => {
      return !tracks.has(track.id) || carried.get(track.id) !== media;
    });
    for (const { track, media, stream } of gone) {
      stream.removeTrack(media);
      this.#current.delete(track.id);
    }
    return gone;
  }

  #stream({ participantId, streamId }: Track): MediaStream {
    for (const { track, stream } of this.#current.values()) {
      if (track.participantId === participantId && track.streamId === streamId) return stream;
    }
    return this.#newStream();
  }
}
