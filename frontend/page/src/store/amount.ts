import { language } from "../language.ts";

const none = "–";
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** A bit rate for people; a dash where nothing flows. */
export function bits(perSecond: number): string {
  if (perSecond <= 0) return none;
  if (perSecond >= 999_950_000) return `${tenths.format(perSecond / 1e9)} Gbit/s`;
  if (perSecond >= 999_500) return `${tenths.format(perSecond / 1e6)} Mbit/s`;
  return `${whole.format(Math.max(1, perSecond / 1000))} kbit/s`;
}

/** A fraction as percentage. */
export function percent(fraction: number | undefined): string {
  return fraction === undefined ? none : `${tenths.format(fraction * 100)} %`;
}

/** Seconds as milliseconds. */
export function milliseconds(seconds: number | undefined): string {
  if (seconds === undefined) return none;
  return seconds < 0.001 ? "< 1 ms" : `${whole.format(seconds * 1000)} ms`;
}

/** A number of things. */
export function count(number: number): string {
  return whole.format(number);
}
