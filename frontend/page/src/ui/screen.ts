import { type Signal, signal } from "@preact/signals";
import type { RefObject } from "preact";

/** Full screen and picture in picture of one player. */
export interface Screen {
  readonly isFull: Signal<boolean>;
  readonly canFloat: boolean;
  toggleFull(): void;
  toggleFloat(): void;
}

/** A video on iPhones, which cannot show other elements on the full screen. */
interface PhoneVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

/** The screen as a player's elements can use it; what the browser refuses is left as it is. */
export function createScreen(
  stage: RefObject<HTMLElement | null>,
  video: RefObject<HTMLVideoElement | null>,
): Screen {
  const isFull = signal(false);
  document.addEventListener("fullscreenchange", () => {
    isFull.value = document.fullscreenElement !== null;
  });
  const attempt = (action: Promise<unknown> | undefined) => void action?.catch(() => undefined);
  return {
    isFull,
    canFloat: document.pictureInPictureEnabled === true,
    toggleFull: () => {
      if (document.fullscreenElement !== null) attempt(document.exitFullscreen());
      else if (document.fullscreenEnabled) attempt(stage.current?.requestFullscreen());
      else (video.current as PhoneVideo | null)?.webkitEnterFullscreen?.();
    },
    toggleFloat: () => {
      if (document.pictureInPictureElement !== null) attempt(document.exitPictureInPicture());
      else attempt(video.current?.requestPictureInPicture());
    },
  };
}
