import type { Wish } from "@trunkline/sdk";
import type { Size } from "./grid.ts";
import type { Scene } from "./scene.ts";
import type { Tile } from "./tiles.ts";

/** Pixels to which sizes are rounded up: a window that is being drawn larger says little. */
const STEP = 32;
/** Nobody sees that a face is drawn a fifth larger than it came. */
const SHARP_ENOUGH = 0.8;

/** What else decides how much of a picture is wanted. */
export interface Looking {
  /** Nobody looks at the page. */
  readonly hidden: boolean;
  /** The tile that is seen even then, in a window of its own. */
  readonly floating: string | undefined;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
}

/**
 * How much is wanted of each picture, by its track's id; null: nothing was ever wanted of it.
 *
 * @param received whether a track was wanted before: then to pause it is quicker mended
 */
export function wishesOf(
  tiles: readonly Tile[],
  scene: Scene,
  looking: Looking,
  received: (trackId: string) => boolean,
): ReadonlyMap<string, Wish | null> {
  const wishes = new Map<string, Wish | null>();
  for (const { key, video } of tiles) {
    if (video === undefined) continue;
    const size = scene.boxes.get(key);
    const seen = size !== undefined && size.width > 0 && !looking.hidden;
    if (key === looking.floating) wishes.set(video.id, {});
    else if (seen) wishes.set(video.id, inPixels(size, looking.ratio));
    else wishes.set(video.id, received(video.id) ? { paused: true } : null);
  }
  return wishes;
}

function inPixels({ width, height }: Size, ratio: number): Wish {
  const up = (length: number) => Math.ceil((length * ratio * SHARP_ENOUGH) / STEP) * STEP;
  return { width: up(width), height: up(height) };
}
