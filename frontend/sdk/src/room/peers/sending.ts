import { failure, reasonOf } from "../failure.ts";
import type { Failure } from "../model.ts";
import type { Said } from "../signalling/said.ts";
import { Health } from "./health.ts";
import { Places, tune } from "./place.ts";
import type { OwnTrack } from "./publication.ts";

/** Tracks that a relay takes of one client. */
export const MAX_PUBLICATIONS = 16;

/** What a sending connection needs of its room. */
export interface SendingRoom {
  connect(): RTCPeerConnection;
  say(said: Said): boolean;
  /** What is published changed. */
  changed(): void;
  /** A publication was dropped, or a restart came to nothing. */
  failed(failure: Failure): void;
  /** Media flow. */
  well(): void;
  /** Media did not begin to flow. */
  stuck(): void;
}

type Reply =
  | { readonly kind: "answer"; readonly sdp: string }
  | { readonly kind: "refused"; readonly failure: Failure };

interface Pending {
  readonly sdp: string;
  readonly resolve: (reply: Reply) => void;
}

/**
 * The connection on which we send and make the offers.
 *
 * Invariant: at most one offer is unanswered; what changes meanwhile makes one more after it.
 */
export class Sending {
  readonly #room: SendingRoom;
  readonly #publications = new Map<string, OwnTrack>(); // bounded by MAX_PUBLICATIONS
  #connection: RTCPeerConnection | undefined;
  #health: Health | undefined;
  #places = new Places();
  #pending: Pending | undefined;
  /** Comes about when the connection is given up. */
  #severed: Promise<void> = Promise.resolve();
  #sever: () => void = () => undefined;
  #agreed = false;
  #changed = false;
  #restart = false;
  #busy = false;
  /** Whether the relay was ever told of tracks. */
  #hasAnnounced = false;

  constructor(room: SendingRoom) {
    this.#room = room;
  }

  get publications(): ReadonlyMap<string, OwnTrack> {
    return this.#publications;
  }

  get connection(): RTCPeerConnection | undefined {
    return this.#connection;
  }

  /** Which medium carries which track. */
  get mids(): ReadonlyMap<string, string> {
    const mids = new Map<string, string>();
    for (const { id, transceiver } of this.#publications.values()) {
      if (transceiver?.mid) mids.set(id, transceiver.mid);
    }
    return mids;
  }

  /** Send a track. */
  publish(publication: OwnTrack): void {
    if (this.#publications.size >= MAX_PUBLICATIONS) {
      const reason = `At most ${MAX_PUBLICATIONS} tracks can be sent: stop another one first.`;
      publication.settle(failure("too-many-tracks", reason, publication.id));
      return;
    }
    this.#publications.set(publication.id, publication);
    this.#room.changed();
    this.#touch();
  }

  /** Stop sending a track; nothing if it is not sent. */
  withdraw(publication: OwnTrack, why?: Failure): void {
    if (!this.#publications.delete(publication.id)) return;
    this.#places.leave(publication);
    publication.settle(why ?? failure("withdrawn", "It was withdrawn.", publication.id));
    if (why !== undefined) this.#room.failed(why);
    this.#room.changed();
    this.#touch();
  }

  /** The relay answered the last offer. */
  answered(sdp: string): void {
    this.#reply({ kind: "answer", sdp });
  }

  /** The relay says that something was not done; whether that was about what we send. */
  failed(why: Failure): boolean {
    const publication = this.#publications.get(why.trackId ?? "");
    if (publication !== undefined) this.withdraw(publication, why);
    else if (why.code === "offer-refused") this.#reply({ kind: "refused", failure: why });
    else return false;
    return true;
  }

  /** The session goes on over another socket: say again what may not have arrived. */
  resumed(): void {
    this.#announce();
    if (this.#pending !== undefined) {
      this.#room.say({ type: "offer", sdp: this.#pending.sdp });
      this.#map();
    } else if (!this.#busy) this.#map();
    this.recheck();
  }

  /** The relay can be talked with again, or the network may be another one. */
  recheck(): void {
    if (this.#agreed) this.#health?.recheck();
  }

  /** The connection is gone: make a new one, and send on that. */
  reset(): void {
    this.#close();
    this.#touch();
  }

  /** End it. */
  close(): void {
    for (const publication of [...this.#publications.values()]) {
      publication.settle(failure("closed", "The room was left.", publication.id));
    }
    this.#publications.clear();
    this.#close();
    this.#room.changed();
  }

  #close(): void {
    this.#health?.stop();
    this.#connection?.close();
    this.#connection = this.#health = undefined;
    this.#places = new Places();
    this.#agreed = this.#restart = false;
    for (const publication of this.#publications.values()) publication.transceiver = undefined;
    this.#pending = undefined;
    this.#sever();
  }

  #touch(): void {
    this.#changed = true;
    if (!this.#busy) void this.#settle();
  }

  async #settle(): Promise<void> {
    this.#busy = true;
    // What is asked for at the same time goes into one offer.
    await Promise.resolve();
    while (this.#changed) {
      this.#changed = false;
      this.#announce();
      let connection = this.#connection;
      try {
        if (this.#publications.size > 0) connection ??= this.#open();
        // What is asked of a closed connection never comes to an end (W3C WebRTC, 4.4.1.2).
        if (connection) await Promise.race([this.#negotiate(connection), this.#severed]);
      } catch (error) {
        if (connection === this.#connection) this.#fail(reasonOf(error));
      }
    }
    this.#busy = false;
  }

  #open(): RTCPeerConnection {
    const connection = this.#room.connect();
    this.#connection = connection;
    this.#severed = new Promise((resolve) => {
      this.#sever = resolve;
    });
    this.#health = new Health(connection, {
      restart: () => {
        this.#restart = true;
        this.#touch();
      },
      well: () => this.#room.well(),
      stuck: () => this.#room.stuck(),
    });
    return connection;
  }

  async #negotiate(connection: RTCPeerConnection): Promise<void> {
    const fresh = await this.#place(connection);
    if (connection !== this.#connection) return;
    const iceRestart = this.#restart && this.#agreed;
    this.#restart = false;
    if (fresh.length === 0 && !iceRestart) {
      this.#map();
      this.#settled();
      return;
    }
    const { sdp = "" } = await connection.createOffer({ iceRestart });
    await connection.setLocalDescription({ type: "offer", sdp });
    if (connection !== this.#connection) return;
    const reply = await this.#offer(sdp);
    if (reply.kind === "refused") return this.#rollBack(connection, fresh, reply.failure);
    await connection.setRemoteDescription({ type: "answer", sdp: reply.sdp });
    if (connection !== this.#connection) return;
    this.#agreed = true;
    this.#settled();
  }

  /** Give every publication its m-line; those that need an offer for it. */
  async #place(connection: RTCPeerConnection): Promise<OwnTrack[]> {
    const fresh: OwnTrack[] = [];
    for (const publication of [...this.#publications.values()]) {
      if (connection !== this.#connection) return [];
      if (publication.transceiver !== undefined) continue;
      const isFresh = await this.#places.take(connection, publication);
      if (!this.#publications.has(publication.id)) this.#places.leave(publication);
      else if (isFresh) fresh.push(publication);
    }
    return fresh;
  }

  #offer(sdp: string): Promise<Reply> {
    return new Promise((resolve) => {
      this.#pending = { sdp, resolve };
      this.#room.say({ type: "offer", sdp });
      this.#map();
    });
  }

  #reply(reply: Reply): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(reply);
  }

  /** Tell those that wait whether the relay takes what they published. */
  #settled(): void {
    for (const publication of [...this.#publications.values()]) {
      const { encodings, transceiver } = publication;
      const direction = transceiver?.currentDirection;
      if (transceiver && direction === "sendonly") {
        void tune(transceiver.sender, encodings);
        publication.settle();
      } else if (direction === "inactive" || direction === "stopped") {
        const reason = `The relay takes none of the codecs that this ${publication.kind} can have.`;
        this.withdraw(publication, failure("codec", reason, publication.id));
      }
    }
  }

  /** An offer was refused: what was new in it goes, and the rest stays as it was. */
  async #rollBack(
    connection: RTCPeerConnection,
    fresh: readonly OwnTrack[],
    why: Failure,
  ): Promise<void> {
    if (this.#agreed) {
      await connection.setLocalDescription({ type: "rollback" });
      for (const { transceiver } of fresh) transceiver?.stop();
    } else this.#close();
    for (const publication of fresh) {
      publication.transceiver = undefined;
      this.withdraw(publication, { ...why, trackId: publication.id });
    }
    if (fresh.length === 0) this.#room.failed(why);
  }

  /** The browser cannot do what was asked: begin anew, without what was new. */
  #fail(reason: string): void {
    const fresh = [...this.#publications.values()].filter(({ transceiver }) => {
      return !transceiver?.currentDirection;
    });
    if (this.#connection?.signalingState !== "stable" || fresh.length === 0) this.#close();
    for (const one of fresh) this.withdraw(one, failure("browser", reason, one.id));
    if (fresh.length > 0) return;
    this.#room.failed(failure("browser", reason));
    this.#touch();
  }

  #announce(): void {
    if (this.#publications.size > 0) this.#hasAnnounced = true;
    if (!this.#hasAnnounced) return;
    const tracks = [...this.#publications.values()].map((one) => one.announced());
    this.#room.say({ type: "announce", tracks });
  }

  #map(): void {
    if (!this.#hasAnnounced) return;
    this.#room.say({ type: "mapping", mids: this.mids });
  }
}
