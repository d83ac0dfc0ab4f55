import { withStereo } from "../../sdp.ts";
import { reasonOf } from "../failure.ts";
import type { Said } from "../signalling/said.ts";
import { Health } from "./health.ts";

/** What a receiving connection needs of its room. */
export interface ReceivingRoom {
  connect(): RTCPeerConnection;
  say(said: Said): boolean;
  /** What comes by which medium changed: see `Receiving.carried`. */
  changed(): void;
  /** Media flow. */
  well(): void;
  /** Media did not begin to flow. */
  stuck(): void;
  /** An offer of the relay cannot be taken, and there is no way to tell it so. */
  broken(reason: string): void;
}

/**
 * The connection on which the relay sends and makes the offers.
 *
 * What the relay says about it is done in order, one after the other: a mapping counts when the
 * offer that it came with has been taken.
 */
export class Receiving {
  readonly #room: ReceivingRoom;
  #connection: RTCPeerConnection | undefined;
  #health: Health | undefined;
  // Bounded: the relay has one offer at a time, and maps after each.
  #work: Promise<void> = Promise.resolve();
  #mids: ReadonlyMap<string, string> = new Map();
  #carried: ReadonlyMap<string, MediaStreamTrack> = new Map();

  constructor(room: ReceivingRoom) {
    this.#room = room;
  }

  /** Which track comes as what. */
  get carried(): ReadonlyMap<string, MediaStreamTrack> {
    return this.#carried;
  }

  /** Which medium carries which track. */
  get mids(): ReadonlyMap<string, string> {
    return this.#mids;
  }

  get connection(): RTCPeerConnection | undefined {
    return this.#connection;
  }

  /** Take an offer. The answer is for the socket that it came on: on another, it is repeated. */
  offered(sdp: string, answer: (said: Said) => boolean): void {
    let connection = this.#connection;
    try {
      connection ??= this.#open();
    } catch (error) {
      this.#room.broken(reasonOf(error));
      return;
    }
    this.#take(connection, sdp, answer);
  }

  #take(connection: RTCPeerConnection, sdp: string, answer: (said: Said) => boolean): void {
    this.#do(connection, async () => {
      await connection.setRemoteDescription({ type: "offer", sdp });
      const { sdp: plain = "" } = await connection.createAnswer();
      const ours = withStereo(plain);
      await connection.setLocalDescription({ type: "answer", sdp: ours });
      if (connection === this.#connection) answer({ type: "answer", sdp: ours });
    });
  }

  /** Take a mapping. */
  mapped(mids: ReadonlyMap<string, string>): void {
    const connection = this.#connection;
    this.#do(connection, async () => {
      this.#mids = mids;
      this.#carried = new Map(carry(connection, mids));
      this.#room.changed();
    });
  }

  /** The relay can be talked with again, or the network may be another one. */
  recheck(): void {
    this.#health?.recheck();
  }

  /** The connection is gone; the next offer begins a new one. */
  reset(): void {
    this.#health?.stop();
    this.#connection?.close();
    this.#connection = this.#health = undefined;
    // What is asked of a closed connection never comes to an end (W3C WebRTC, 4.4.1.2).
    this.#work = Promise.resolve();
    this.#mids = new Map();
    this.#carried = new Map();
    this.#room.changed();
  }

  #open(): RTCPeerConnection {
    const connection = this.#room.connect();
    this.#connection = connection;
    this.#health = new Health(connection, {
      restart: () => void this.#room.say({ type: "restart-media" }),
      well: () => this.#room.well(),
      stuck: () => this.#room.stuck(),
    });
    return connection;
  }

  #do(connection: RTCPeerConnection | undefined, work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (connection !== this.#connection) return;
      try {
        await work();
      } catch (error) {
        // What is closed meanwhile is nobody's concern any more.
        if (connection === this.#connection) this.#room.broken(reasonOf(error));
      }
    });
  }
}

function* carry(
  connection: RTCPeerConnection | undefined,
  mids: ReadonlyMap<string, string>,
): Generator<[string, MediaStreamTrack]> {
  const transceivers = connection?.getTransceivers() ?? [];
  for (const [id, mid] of mids) {
    const transceiver = transceivers.find((one) => one.mid === mid);
    if (transceiver !== undefined) yield [id, transceiver.receiver.track];
  }
}
