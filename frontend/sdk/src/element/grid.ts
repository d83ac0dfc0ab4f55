import type { Wish } from "../room/model.ts";
import { Sizes } from "./sizes.ts";

/** Whose stream it is. */
export interface Owner {
  readonly id: string;
  readonly name: string;
  /** We ourselves: nobody wants to hear that. */
  readonly own?: boolean;
}

/** One video for each stream that comes. */
export class Grid {
  readonly element = Object.assign(document.createElement("div"), { className: "grid" });
  readonly #silenced: () => void;
  readonly #figures = new Map<MediaStream, HTMLElement>(); // bounded by the tracks of the room
  readonly #sizes = new Sizes();

  /** `silenced` is called when the browser plays no sound before somebody touched the page. */
  constructor(silenced: () => void) {
    this.#silenced = silenced;
  }

  /** Show a stream; one that is shown already stays. */
  show(stream: MediaStream, { id, name, own = false }: Owner): void {
    if (this.#figures.has(stream)) return;
    const video = document.createElement("video");
    Object.assign(video, { autoplay: true, playsInline: true, muted: own, srcObject: stream });
    Object.assign(video.dataset, { participant: id, name });
    const caption = Object.assign(document.createElement("figcaption"), { textContent: name });
    const figure = Object.assign(document.createElement("figure"), { className: own ? "own" : "" });
    figure.part.add("tile");
    figure.append(video, caption);
    this.#figures.set(stream, figure);
    this.element.append(figure);
    video.play().catch((error: unknown) => {
      // Other failures are of videos that were removed meanwhile.
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      video.muted = true;
      this.#silenced();
      void video.play();
    });
  }

  /** Tell `want` how large a stream's picture is shown, now and whenever that changes. */
  follow(stream: MediaStream, want: (wish: Wish) => void): void {
    const video = this.#figures.get(stream)?.querySelector("video");
    if (video) this.#sizes.watch(video, want);
  }

  /** Let sound be heard; to be called when somebody has touched the page. */
  unmute(): void {
    for (const video of this.element.querySelectorAll<HTMLVideoElement>("figure:not(.own) video")) {
      video.muted = false;
    }
  }

  /** Remove a stream. */
  hide(stream: MediaStream): void {
    const figure = this.#figures.get(stream);
    const video = figure?.querySelector("video");
    if (video) this.#sizes.forget(video);
    figure?.remove();
    this.#figures.delete(stream);
  }

  /** Remove all. */
  clear(): void {
    for (const stream of [...this.#figures.keys()]) this.hide(stream);
  }
}
