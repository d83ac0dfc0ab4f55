import type { Wish } from "../room/model.ts";

/** Milliseconds in which a size must not change before it counts. */
const SETTLED = 200;
/** Pixels: sizes are rounded up to it, so that a few more or less say nothing new. */
const STEP = 32;

/** What to want of a picture for a place of so many CSS pixels: nothing where it is not shown. */
export function wishFor(width: number, height: number, ratio: number): Wish {
  if (width <= 0 || height <= 0) return { paused: true };
  const pixels = (length: number) => Math.ceil((length * ratio) / STEP) * STEP;
  return { width: pixels(width), height: pixels(height) };
}

/** Says what is wanted of pictures by the size at which they are shown. */
export class Sizes {
  readonly #wanted = new Map<Element, (wish: Wish) => void>(); // bounded by the tracks of the room
  readonly #timers = new Map<Element, ReturnType<typeof setTimeout>>();
  readonly #observer = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) this.#settle(target, contentRect);
  });

  /** Tell `want` of a video's size, now and whenever it changes. */
  watch(video: Element, want: (wish: Wish) => void): void {
    this.#wanted.set(video, want);
    this.#observer.observe(video);
  }

  /** A video is gone. */
  forget(video: Element): void {
    clearTimeout(this.#timers.get(video));
    this.#timers.delete(video);
    this.#wanted.delete(video);
    this.#observer.unobserve(video);
  }

  #settle(video: Element, { width, height }: DOMRectReadOnly): void {
    clearTimeout(this.#timers.get(video));
    const tell = () => this.#wanted.get(video)?.(wishFor(width, height, devicePixelRatio));
    this.#timers.set(video, setTimeout(tell, SETTLED));
  }
}
