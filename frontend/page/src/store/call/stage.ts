import { batch, computed, effect, signal } from "@preact/signals";
import type { Room } from "@trunkline/sdk";
import type { Size } from "./grid.ts";
import type { Presence } from "./presence.ts";
import { placesIn, sceneOf } from "./scene.ts";
import { EMPTY, seat } from "./seating.ts";
import { Streams } from "./streams.ts";
import { tilesOf, viewersOf } from "./tiles.ts";
import { wishesOf } from "./wishes.ts";

/** Milliseconds after which what is wanted of pictures is said, when only sizes changed. */
const SETTLED_AFTER = 150;

/** Which tiles are seen, how large, and what is wanted of the relay for that. */
export class Stage {
  readonly tiles = computed(() => {
    return tilesOf(this.#presence.participants.value, this.#presence.tracks.value);
  });
  readonly viewers = computed(() => {
    return viewersOf(this.#presence.participants.value, this.#presence.tracks.value);
  });
  readonly streams = signal<ReadonlyMap<string, MediaStream>>(new Map());
  /** The place that there is for tiles. */
  readonly area = signal<Size>({ width: 0, height: 0 });
  readonly page = signal(0);
  /** What people chose to see large; "grid": nothing; undefined: they did not choose. */
  readonly chosen = signal<string | undefined>(undefined);
  /** The tile that is seen in a window of its own. */
  readonly floating = signal<string | undefined>(undefined);
  readonly isHidden = signal(document.hidden);
  readonly speaking = computed(() => {
    return new Set(this.#presence.speakers.value.map(({ participantId }) => participantId));
  });
  readonly focus = computed(() => this.#focus());
  readonly #order = signal<readonly string[]>([]);
  readonly scene = computed(() => {
    const [order, focus] = [this.#order.value, this.focus.value];
    return sceneOf(order, focus, this.area.value, this.page.value, this.#hasOwn);
  });
  readonly #presence: Presence;
  readonly #room: Room;
  readonly #hasOwn: boolean;
  #seating = EMPTY;
  #screens = 0;
  readonly #wanted = new Set<string>(); // bounded by the tracks of the room
  readonly #stops: readonly (() => void)[];

  /** Follow a room; `hasOwn`: viewers have no picture of their own that needs a place. */
  constructor(room: Room, presence: Presence, hasOwn: boolean) {
    this.#hasOwn = hasOwn;
    this.#room = room;
    this.#presence = presence;
    const streams = new Streams();
    this.#stops = [
      effect(() => {
        this.streams.value = streams.update(this.tiles.value, presence.subscriptions.value);
      }),
      effect(() => this.#seat()),
      effect(() => this.#forget()),
      effect(() => this.#wish()),
      this.#watchVisibility(),
    ];
  }

  /** See one large, or, if it is large already, all of them. */
  pin(key: string): void {
    this.chosen.value = this.focus.value === key ? "grid" : key;
    this.page.value = 0;
  }

  /** Turn pages; there is no page before the first one. */
  turn(pages: number): void {
    const { page, pages: all } = this.scene.value;
    this.page.value = Math.min(all - 1, Math.max(0, page + pages));
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** What was chosen, else the screen that came last. */
  #focus(): string | undefined {
    const chosen = this.chosen.value;
    if (chosen === "grid") return undefined;
    const tiles = this.tiles.value;
    if (tiles.some(({ key }) => key === chosen)) return chosen;
    return tiles.findLast(({ video }) => video?.source === "screen")?.key;
  }

  /** Seat who came, and let speakers be seen. */
  #seat(): void {
    const tiles = this.tiles.value;
    const speakers = this.#presence.speakers.value;
    const hasFocus = this.focus.value !== undefined;
    const places = placesIn(tiles.length, hasFocus, this.area.value, this.#hasOwn);
    const speaking = speakers.flatMap(({ participantId: id }) => {
      return tiles.some(({ key }) => key === id) ? [id] : [];
    });
    const keys = tiles.map(({ key }) => key);
    this.#seating = seat(this.#seating, keys, speaking, places);
    const { order } = this.#seating;
    if (order.join("\n") !== this.#order.peek().join("\n")) this.#order.value = order;
  }

  /** A choice counts as long as what was chosen is there, and a new screen is worth a look. */
  #forget(): void {
    const screens = this.tiles.value.filter(({ video }) => video?.source === "screen").length;
    batch(() => {
      if (screens > this.#screens && this.chosen.peek() === "grid") this.chosen.value = undefined;
      if (this.page.value >= this.scene.value.pages) this.page.value = this.scene.value.pages - 1;
    });
    this.#screens = screens;
  }

  /** Say what is wanted of each picture. */
  #wish(): (() => void) | undefined {
    const looking = {
      hidden: this.isHidden.value,
      floating: this.floating.value,
      ratio: devicePixelRatio,
    };
    const wishes = wishesOf(this.tiles.value, this.scene.value, looking, (id) => {
      return this.#wanted.has(id);
    });
    const say = () => {
      for (const [id, wish] of wishes) {
        if (wish !== null) this.#wanted.add(id);
        this.#room.setWish(id, wish);
      }
      for (const id of [...this.#wanted]) {
        if (!this.#presence.tracks.peek().has(id)) this.#wanted.delete(id);
      }
    };
    // Somebody new is seen without delay; a window that is drawn larger says its size once.
    if ([...wishes].some(([id, wish]) => wish !== null && !this.#wanted.has(id))) {
      say();
      return undefined;
    }
    const timer = setTimeout(say, SETTLED_AFTER);
    return () => clearTimeout(timer);
  }

  #watchVisibility(): () => void {
    const look = () => {
      this.isHidden.value = document.hidden;
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }
}
