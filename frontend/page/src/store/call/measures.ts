import { effect, signal } from "@preact/signals";
import type { Flow, Room, Track, TrackStatistics } from "@trunkline/sdk";
import { text } from "../../text.ts";
import { bitrate, milliseconds } from "../figures.ts";

/** Milliseconds between two looks. */
const LOOK_EVERY = 1_000;

/** What is measured of all tracks, while somebody wants to see it. */
export class Measures {
  readonly isShown = signal(false);
  /** By the track's id. */
  readonly figures = signal<ReadonlyMap<string, TrackStatistics>>(new Map());
  readonly #stop: () => void;

  constructor(room: Room) {
    const look = async () => {
      const all = await room.statistics();
      this.figures.value = new Map(all.map((one) => [one.trackId, one]));
    };
    this.#stop = effect(() => {
      if (!this.isShown.value) return undefined;
      // A connection that is being made anew has nothing to tell.
      const again = () => void look().catch(() => undefined);
      again();
      const timer = setInterval(again, LOOK_EVERY);
      return () => clearInterval(timer);
    });
  }

  stop(): void {
    this.#stop();
  }
}

/** The lines over a tile: label and value. */
export function linesOf(
  figures: TrackStatistics | undefined,
  layers: Track["layers"],
  layer: Flow["layer"],
): readonly [string, string][] {
  const words = text.statistics;
  if (figures === undefined) return [[words.picture, words.none]];
  const { width, height, framesPerSecond, bitsPerSecond, loss, roundTrip, codec } = figures;
  const lines: [string, string][] = [
    [words.picture, width > 0 ? `${width} × ${height}` : words.none],
    [words.rate, `${Math.round(framesPerSecond)} /s`],
    [words.bitrate, bitsPerSecond === undefined ? words.none : bitrate(bitsPerSecond / 1000)],
    [words.loss, loss === undefined ? words.none : `${(loss * 100).toFixed(1)} %`],
    [words.roundTrip, roundTrip === undefined ? words.none : milliseconds(roundTrip)],
    [words.codec, codec ?? words.none],
  ];
  if (layer !== undefined && layers.length > 0) {
    lines.push([words.layer, `${layer + 1} / ${layers.length}`]);
  }
  return lines;
}
