import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Room } from "../../src/index.ts";
import { track } from "./connection.ts";
import { enter, Script, settle } from "./relay.ts";

const RUNS = 150;
const STEPS = 40;

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A relay that is slow, refuses, loses sockets and media, and a person who cannot decide. */
class Chaos {
  readonly relay = new Script();
  readonly failures: string[] = [];
  readonly random: () => number;
  /** What the client sends, as the relay knows it. */
  #offer: string | undefined;
  #mapped = "map";
  #announced = "announce";
  #made = 0;
  room: Room | undefined;

  constructor(seed: number) {
    this.random = chance(seed);
  }

  async begin(): Promise<void> {
    this.room = await enter(this.relay);
    this.room.on("error", ({ code }) => this.failures.push(code));
  }

  async step(): Promise<void> {
    const steps = [
      () => this.#publish(),
      () => this.#publish(),
      () => this.#withdraw(),
      () => this.answer(),
      () => this.answer(),
      () => this.#refuse(),
      () => this.#lose(),
      () => this.#cut(),
      () => this.#restart(),
    ];
    await steps[Math.floor(this.random() * steps.length)]?.();
    // Sometimes several things happen at once.
    if (this.random() < 0.7) await this.hear();
  }

  /** Take in what the client said; there may be no offer while one is unanswered. */
  async hear(): Promise<void> {
    await settle();
    for (const words of this.relay.socket.news()) {
      const [what] = words.split(" ");
      if (what === "announce") this.#announced = words;
      if (what === "map") this.#mapped = words;
      if (what !== "offer") continue;
      expect(this.#offer, "an offer while one is unanswered").toBeUndefined();
      this.#offer = words.slice("offer ".length);
    }
  }

  async answer(): Promise<boolean> {
    await this.hear();
    if (this.#offer === undefined) return false;
    this.relay.answer(this.#offer);
    this.#offer = undefined;
    return true;
  }

  /** What the relay would show of this client: the tracks that are announced and mapped. */
  shown(): string[] {
    const mapped = this.#mapped.split(" ").slice(1);
    const names = new Set(this.#announced.split(" ").slice(1));
    return mapped.map((one) => one.split("=")[0] ?? "").filter((id) => names.has(id));
  }

  #publish(): void {
    this.#made += 1;
    const kind = this.random() < 0.5 ? "audio" : "video";
    this.room?.publish(track(`t${this.#made}`, kind)).catch(() => undefined);
  }

  #withdraw(): void {
    const all = [...(this.room?.publications.values() ?? [])];
    const one = all[Math.floor(this.random() * all.length)];
    if (one !== undefined) this.room?.unpublish(one);
  }

  async #refuse(): Promise<void> {
    await this.hear();
    if (this.#offer === undefined) return;
    this.relay.say("error", { code: "offer-refused", reason: "No." });
    this.#offer = undefined;
  }

  /** The connection that the client sends on is lost. */
  async #lose(): Promise<void> {
    await this.hear();
    this.relay.say("connectionClosed", { reason: "Lost." });
    this.#offer = undefined;
  }

  async #cut(): Promise<void> {
    if (this.random() < 0.5) await this.hear();
    // What was said last never arrived.
    this.relay.socket.news();
    this.relay.socket.cut();
    await vi.advanceTimersByTimeAsync(3_000);
    // The offer is said again, or there is a new one.
    this.#offer = undefined;
    const resumed = this.random() < 0.5;
    for (const words of await this.relay.welcome({ resumed })) this.relay.socket.heard.push(words);
  }

  async #restart(): Promise<void> {
    await this.hear();
    const connection = this.relay.connections.at(-1);
    if (connection?.connectionState !== "closed") connection?.become("failed");
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("has one offer at a time and ends with all published, whatever happens", async () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const chaos = new Chaos(seed);
    await chaos.begin();
    for (let step = 0; step < STEPS; step += 1) await chaos.step();
    while (await chaos.answer()) await chaos.hear();
    const { room } = chaos;
    const all = [...(room?.publications.values() ?? [])];
    const what = `seed ${seed}`;
    expect(chaos.shown().sort(), what).toEqual(all.map(({ id }) => id).sort());
    expect(
      chaos.failures.filter((code) => code === "browser"),
      what,
    ).toEqual([]);
    for (const { transceiver, track: sent } of all) {
      expect(transceiver?.currentDirection, what).toBe("sendonly");
      expect(transceiver?.sender.track, what).toBe(sent);
    }
    room?.leave();
  }
});
