import { socketUrl } from "./address.ts";
import { browserEdge, type RoomEdge } from "./edge.ts";
import { RoomError } from "./failure.ts";
import type { ChatLine, Flow, Participant, Speaker, Track, Wish } from "./model.ts";
import type { Subscription } from "./peers/media.ts";
import { OwnTrack, type Publication, type PublishOptions } from "./peers/publication.ts";
import { type RoomEvents, type RoomState, Session } from "./session.ts";
import { type Look, Meter, type TrackStatistics } from "./statistics.ts";
import { VERSION } from "./version.ts";
import { type Rule, Wishes } from "./wishes.ts";

/** How to enter a room. */
export interface RoomOptions {
  readonly room: string;
  /** The relay chooses one where it is missing. */
  readonly name?: string;
  readonly passphrase?: string;
  /** How much is wanted of each track; all of everything where it is missing. */
  readonly subscribe?: Rule;
  /** Get everything until the first wishes are said: saves a round trip. */
  readonly acceptAll?: boolean;
  /** Gives up entering. To leave later, call `leave`. */
  readonly signal?: AbortSignal;
  readonly edge?: RoomEdge;
}

/** A room of a relay: who is there, what they show and say, and what we do. */
export class Room {
  readonly #edge: RoomEdge;
  readonly #session: Session;
  readonly #meter = new Meter();

  /**
   * Enter a room. Listeners that are added right after it has come about miss nothing.
   *
   * @param url the relay's, as "https://relay.example:8443"
   * @throws RoomError it cannot be reached, or lets nobody in
   */
  static async connect(url: string, options: RoomOptions): Promise<Room> {
    options.signal?.throwIfAborted();
    const room = new Room(url, options);
    await new Promise<void>((resolve, reject) => {
      const abort = () => room.leave();
      const stop = room.on("state", (state) => {
        stop();
        options.signal?.removeEventListener("abort", abort);
        if (options.signal?.aborted) reject(options.signal.reason);
        else if (state.phase === "closed") reject(new RoomError(state.goodbye));
        else resolve();
      });
      options.signal?.addEventListener("abort", abort);
    });
    return room;
  }

  private constructor(url: string, options: RoomOptions) {
    this.#edge = options.edge ?? browserEdge();
    const greeting = {
      room: options.room,
      name: options.name ?? "",
      passphrase: options.passphrase ?? "",
      acceptAll: options.acceptAll ?? options.subscribe === undefined,
      agent: `trunkline-sdk/${VERSION}`,
    };
    const address = socketUrl(url, globalThis.location?.href);
    this.#session = new Session(this.#edge, address, greeting, new Wishes(options.subscribe));
  }

  get state(): RoomState {
    return this.#session.state;
  }
  get name(): string {
    return this.#session.view.room;
  }
  /** Undefined before the first welcome. */
  get you(): Participant | undefined {
    return this.#session.view.you;
  }
  /** The others, by id. */
  get participants(): ReadonlyMap<string, Participant> {
    return this.#session.view.participants;
  }
  /** Those of the others, by id. */
  get tracks(): ReadonlyMap<string, Track> {
    return this.#session.view.tracks;
  }
  /** What comes now, by the track's id. */
  get subscriptions(): ReadonlyMap<string, Subscription> {
    return this.#session.media.current;
  }
  /** What we send, by id. */
  get publications(): ReadonlyMap<string, Publication> {
    return this.#session.sending.publications;
  }
  /** Loudest first. */
  get speakers(): readonly Speaker[] {
    return this.#session.view.speakers;
  }
  /** The last lines, oldest first. */
  get chat(): readonly ChatLine[] {
    return this.#session.view.chat;
  }
  /** What comes of tracks, where the relay said so, by the track's id. */
  get flows(): ReadonlyMap<string, Flow> {
    return this.#session.view.flows;
  }
  get locked(): boolean {
    return this.#session.view.locked;
  }
  get handRaised(): boolean {
    return this.#session.handRaised;
  }
  /** Milliseconds from a message to its answer; undefined until it was measured. */
  get roundTrip(): number | undefined {
    return this.#session.line.roundTrip;
  }

  /** Call `listener` at each event of a name; what comes back stops that. */
  on<Name extends keyof RoomEvents>(
    name: Name,
    listener: (event: RoomEvents[Name]) => void,
  ): () => void {
    return this.#session.emitter.on(name, listener);
  }

  /**
   * Let the others see or hear a track. It is withdrawn when the track ends.
   *
   * @returns when the relay has taken it; while it cannot be reached, that waits
   * @throws RoomError the relay or the browser does not take it
   */
  async publish(track: MediaStreamTrack, options: PublishOptions = {}): Promise<Publication> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.state.phase === "closed") throw new RoomError(this.state.goodbye);
    const publication = new OwnTrack(this.#edge.newId(), track, options);
    track.addEventListener("ended", () => {
      if (publication.track === track) this.unpublish(publication);
    });
    await new Promise<void>((resolve, reject) => {
      const abort = () => this.unpublish(publication);
      publication.whenSettled((why) => {
        signal?.removeEventListener("abort", abort);
        if (signal?.aborted) reject(signal.reason);
        else if (why !== undefined) reject(new RoomError(why));
        else resolve();
      });
      signal?.addEventListener("abort", abort);
      this.#session.sending.publish(publication);
    });
    return publication;
  }

  /**
   * Publish all tracks of a stream, or none; `source` is what its picture shows: the camera, mostly.
   *
   * @throws RoomError the relay or the browser does not take one of them
   */
  async publishStream(stream: MediaStream, options: PublishOptions = {}): Promise<Publication[]> {
    const { source = "camera", simulcast = [] } = options;
    const sound = { source: source === "screen" ? "screen-audio" : "microphone" } as const;
    const each = stream.getTracks().map((track) => {
      const own = track.kind === "audio" ? { ...sound, simulcast: [] } : { source, simulcast };
      return this.publish(track, { ...options, stream, ...own });
    });
    try {
      return await Promise.all(each);
    } catch (error) {
      for (const one of await Promise.allSettled(each)) {
        if (one.status === "fulfilled") this.unpublish(one.value);
      }
      throw error;
    }
  }

  /** Stop sending a track; the track itself goes on. */
  unpublish(publication: Publication): void {
    const own = this.#own(publication);
    if (own !== undefined) this.#session.sending.withdraw(own);
  }

  /** Send nothing for now, and tell the others so, or go on. */
  setMuted(publication: Publication, muted: boolean): void {
    const own = this.#own(publication);
    if (own === undefined) return;
    own.muted = muted;
    if (own.track !== null) own.track.enabled = !muted;
    this.#session.line.say({ type: "status", mutes: new Map([[publication.id, muted]]) });
    this.#session.emitter.emit("publications", this.publications);
  }

  /** Send another track in place of the one of now; null lets a device go while it is muted. */
  async replace(publication: Publication, track: MediaStreamTrack | null): Promise<void> {
    const own = this.#own(publication);
    if (own === undefined) return;
    own.track = track;
    if (track !== null) track.enabled = !own.muted;
    await own.transceiver?.sender.replaceTrack(track);
    this.#session.emitter.emit("publications", this.publications);
  }

  /** How much of a track is wanted from now on, whatever `subscribe` says; null: nothing. */
  setWish(trackId: string, wish: Wish | null): void {
    this.#session.wish(trackId, wish);
  }

  /** Say something in the chat, 1 to 2,000 characters; false while the relay is not there. */
  say(text: string): boolean {
    return this.#session.line.say({ type: "chat", text });
  }

  /** Raise the hand, or lower it. */
  raiseHand(raised: boolean): void {
    this.#session.handRaised = raised;
    this.#session.line.say({ type: "status", handRaised: raised });
  }

  /** Let nobody in any more, or let people in again; false while the relay is not there. */
  lock(locked: boolean): boolean {
    return this.#session.line.say({ type: "lock", locked });
  }

  /** How well each track comes or goes; rates are those since the last call. */
  async statistics(): Promise<TrackStatistics[]> {
    const { receiving, sending } = this.#session;
    const looks: Look[] = [];
    for (const [direction, { connection, mids }] of [
      ["receiving", receiving],
      ["sending", sending],
    ] as const) {
      const report = await connection?.getStats();
      if (report !== undefined) looks.push({ direction, report: report as Look["report"], mids });
    }
    return this.#meter.read(looks);
  }

  /** Leave the room; may be called while a page is being left. */
  leave(): void {
    this.#session.leave();
  }

  /** Our record of a publication; undefined where it was withdrawn. */
  #own(publication: Publication): OwnTrack | undefined {
    return this.#session.sending.publications.get(publication.id);
  }
}
