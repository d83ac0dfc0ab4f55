import type { Rates, Sample } from "@trunkline/sdk";
import { text } from "../text.ts";

/** The lines of the statistics panel: label and value. */
export function figures(sample: Sample | undefined, rate: Rates | undefined): [string, string][] {
  const { none } = text.statistics;
  const codecs = [sample?.videoCodec, sample?.audioCodec].filter((name) => name !== undefined);
  const size = sample !== undefined && sample.width > 0;
  return [
    [text.statistics.picture, size ? `${sample.width} × ${sample.height}` : none],
    [text.statistics.rate, rate ? `${Math.round(rate.framesPerSecond)} /s` : none],
    [text.statistics.bitrate, rate ? bitrate(rate.kilobitsPerSecond) : none],
    [text.statistics.loss, rate ? `${(rate.loss * 100).toFixed(1)} %` : none],
    [text.statistics.roundTrip, roundTrip(sample?.roundTrip) ?? none],
    [text.statistics.codec, codecs.join(" + ") || none],
  ];
}

/** A bit rate for people. */
export function bitrate(kilobits: number): string {
  return kilobits >= 1000
    ? `${(kilobits / 1000).toFixed(1)} Mbit/s`
    : `${Math.round(kilobits)} kbit/s`;
}

/** A time for people. */
export function milliseconds(value: number): string {
  return value < 1 ? "< 1 ms" : `${Math.round(value)} ms`;
}

function roundTrip(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : milliseconds(seconds * 1000);
}
