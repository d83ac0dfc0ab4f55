import type { RoomEdge } from "../edge.ts";
import { failure, reasonOf } from "../failure.ts";
import type { Failure, Goodbye, Welcome } from "../model.ts";
import { encode, type Said } from "../signalling/said.ts";
import { decode, type Told } from "../signalling/told.ts";

export const SUBPROTOCOL = "trunkline.1";

/** Milliseconds between two pings. */
const PING_EVERY = 2_000;
/** Milliseconds that an answer may take. The relay gives up after 6 s of silence, too. */
const SILENT_AFTER = 5_000;
/** The same when the network may be another one. */
const CHECK_WITHIN = 1_500;
/** Bytes that wait to be sent; a socket that lets more pile up is dead. */
const MAX_WAITING = 4 << 20;

/** How a socket ended. */
export type Ending =
  | { readonly kind: "goodbye"; readonly goodbye: Goodbye }
  | { readonly kind: "lost"; readonly reason: string }
  /** We took leave. */
  | { readonly kind: "left"; readonly reason: string };

/** What is told of one socket's conversation. */
export interface Hearer {
  welcome(welcome: Welcome): void;
  told(told: Told): void;
  failed(failure: Failure): void;
}

/** One WebSocket, from its opening to its end. */
export class Conversation {
  /** Milliseconds; undefined until it was measured. */
  roundTrip: number | undefined;
  /** Resolved when nothing more will be heard. */
  readonly over: Promise<Ending>;
  readonly #socket: WebSocket;
  readonly #hearer: Hearer;
  readonly #end: (ending: Ending) => void;
  readonly #listening = new AbortController();
  #welcomed = false;
  #pings = 0;
  #pingedAt: number | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  /** Open a socket and say hello; without a welcome within `patience` milliseconds it is lost. */
  constructor(edge: RoomEdge, url: string, hello: Said, patience: number, hearer: Hearer) {
    let end: (ending: Ending) => void = () => undefined;
    this.over = new Promise((resolve) => {
      end = resolve;
    });
    this.#end = end;
    this.#hearer = hearer;
    this.#socket = edge.socket(url, SUBPROTOCOL);
    this.#socket.binaryType = "arraybuffer";
    const { signal } = this.#listening;
    const lost = () => this.#finish({ kind: "lost", reason: "The socket was closed." });
    this.#socket.addEventListener("open", () => this.say(hello), { signal });
    this.#socket.addEventListener("message", ({ data }) => this.#receive(data), { signal });
    this.#socket.addEventListener("close", lost, { signal });
    this.#socket.addEventListener("error", lost, { signal });
    this.#wait(patience);
  }

  /** Say something; whether it could be said. */
  say(said: Said): boolean {
    if (this.#listening.signal.aborted || this.#socket.readyState !== 1) return false;
    if (this.#socket.bufferedAmount > MAX_WAITING) {
      this.#finish({ kind: "lost", reason: "The socket takes nothing more." });
      return false;
    }
    this.#socket.send(encode(said));
    return true;
  }

  /** The network may be another one: see soon whether the relay still answers. */
  check(): void {
    if (!this.#welcomed) return;
    this.#ping();
    this.#wait(CHECK_WITHIN);
  }

  /** Take leave and hang up. */
  end(code: string, reason: string): void {
    this.say({ type: "goodbye", code, reason });
    this.#finish({ kind: "left", reason });
  }

  #receive(data: unknown): void {
    let told: Told | undefined;
    try {
      if (!(data instanceof ArrayBuffer)) throw new TypeError("It is not binary.");
      told = decode(new Uint8Array(data));
    } catch (error) {
      const reason = `A message of the relay cannot be read: ${reasonOf(error)}`;
      this.#hearer.failed(failure("unreadable", reason));
    }
    // Whatever comes shows that the relay is there; until the answer itself is, that is looked at.
    if (this.#pingedAt !== undefined) this.#wait(SILENT_AFTER);
    if (told !== undefined) this.#take(told);
  }

  #take(told: Told): void {
    switch (told.type) {
      case "welcome":
        clearTimeout(this.#patience);
        this.#welcomed = true;
        this.#ticking = setInterval(() => this.#ping(), PING_EVERY);
        this.#hearer.welcome(told.welcome);
        break;
      case "ping":
        this.say({ type: "pong", id: told.id });
        break;
      case "pong":
        this.#ponged(told.id);
        break;
      case "goodbye":
        this.#finish({ kind: "goodbye", goodbye: told.goodbye });
        break;
      default:
        if (this.#welcomed) this.#hearer.told(told);
    }
  }

  #ping(): void {
    if (this.#pingedAt !== undefined) return;
    this.#pings += 1;
    this.#pingedAt = performance.now();
    if (this.say({ type: "ping", id: this.#pings })) this.#wait(SILENT_AFTER);
  }

  #ponged(id: number): void {
    if (id !== this.#pings || this.#pingedAt === undefined) return;
    this.roundTrip = performance.now() - this.#pingedAt;
    this.#pingedAt = undefined;
    clearTimeout(this.#patience);
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#patience);
    const silent: Ending = { kind: "lost", reason: "The relay did not answer." };
    this.#patience = setTimeout(() => this.#finish(silent), milliseconds);
  }

  #finish(ending: Ending): void {
    if (this.#listening.signal.aborted) return;
    this.#listening.abort();
    clearTimeout(this.#patience);
    clearInterval(this.#ticking);
    this.#socket.close(1000);
    this.#end(ending);
  }
}
