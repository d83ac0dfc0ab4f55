import type { RoomEdge } from "../edge.ts";
import type { Goodbye, Welcome } from "../model.ts";
import type { Said } from "../signalling/said.ts";
import { Conversation, type Ending, type Hearer } from "./conversation.ts";
import { reconnectDelay } from "./delay.ts";

/** Milliseconds until a welcome, at first, and how much more after each failure. */
const PATIENCE = 4_000;
const MORE_PATIENCE = 2_000;
const MOST_PATIENCE = 12_000;

/** The first message, without what the line knows itself. */
export type Greeting = Omit<Extract<Said, { type: "hello" }>, "type" | "resumption">;

/** What is told of a line. */
export interface LineHearer extends Hearer {
  /** The socket is lost, and another one is tried. */
  down(reason: string): void;
  /** Nothing more is tried. */
  over(goodbye: Goodbye): void;
}

/** Keeps a conversation with a relay: when its socket is lost, there is another one soon. */
export class Line {
  readonly #edge: RoomEdge;
  readonly #url: string;
  readonly #greeting: Greeting;
  readonly #hearer: LineHearer;
  #conversation: Conversation | undefined;
  #resumption = "";
  #welcomed = false;
  #failures = 0;
  #closed = false;
  #wake: () => void = () => undefined;

  /** Connect at once. If the very first attempt comes to nothing, the line is over. */
  constructor(edge: RoomEdge, url: string, greeting: Greeting, hearer: LineHearer) {
    this.#edge = edge;
    this.#url = url;
    this.#greeting = greeting;
    this.#hearer = hearer;
    void this.#run();
  }

  /** Milliseconds from a message to its answer; undefined until it was measured. */
  get roundTrip(): number | undefined {
    return this.#conversation?.roundTrip;
  }

  /** Say something; whether it could be said. */
  say(said: Said): boolean {
    return this.#conversation?.say(said) ?? false;
  }

  /** Says things only as long as the socket of now is there: what answers it is for nobody else. */
  speaker(): (said: Said) => boolean {
    const conversation = this.#conversation;
    return (said) => conversation?.say(said) ?? false;
  }

  /** The network may be another one: try at once, or see whether the relay still answers. */
  check(): void {
    this.#conversation?.check();
    this.#wake();
  }

  /** Take leave, and come back as somebody new. */
  renew(code: string, reason: string): void {
    this.#resumption = "";
    this.#failures += 1;
    this.#conversation?.end(code, reason);
  }

  /** Take leave. */
  close(code: string, reason: string): void {
    this.#closed = true;
    this.#conversation?.end(code, reason);
    this.#wake();
  }

  async #run(): Promise<void> {
    for (;;) {
      const ending = await this.#talk();
      if (this.#closed) return;
      const goodbye = this.#last(ending);
      if (goodbye !== undefined) {
        this.#closed = true;
        this.#hearer.over(goodbye);
        return;
      }
      this.#hearer.down(ending.kind === "goodbye" ? ending.goodbye.reason : ending.reason);
      await this.#pause(reconnectDelay(this.#failures, this.#edge.random()));
      if (this.#closed) return;
      this.#failures += 1;
    }
  }

  /** Why nothing more is tried, if so. */
  #last(ending: Ending): Goodbye | undefined {
    if (ending.kind === "goodbye") {
      return ending.goodbye.retry && this.#welcomed ? undefined : ending.goodbye;
    }
    if (this.#welcomed) return undefined;
    const reason = `${this.#url} cannot be reached: check the address, and whether it runs.`;
    return { code: "unreachable", reason, retry: true };
  }

  async #talk(): Promise<Ending> {
    const hello = { ...this.#greeting, type: "hello", resumption: this.#resumption } as const;
    const patience = Math.min(MOST_PATIENCE, PATIENCE + MORE_PATIENCE * this.#failures);
    const conversation = new Conversation(this.#edge, this.#url, hello, patience, {
      welcome: (welcome) => this.#welcome(welcome),
      told: (told) => this.#hearer.told(told),
      failed: (failure) => this.#hearer.failed(failure),
    });
    this.#conversation = conversation;
    const ending = await conversation.over;
    this.#conversation = undefined;
    return ending;
  }

  #welcome(welcome: Welcome): void {
    this.#resumption = welcome.resumption;
    this.#welcomed = true;
    this.#failures = 0;
    this.#hearer.welcome(welcome);
  }

  #pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
