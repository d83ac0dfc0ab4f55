const FIRST = 0.25;
const LARGEST = 2;

/**
 * Seconds to wait before a lost socket is made anew.
 *
 * @param failures how many attempts failed in a row; the first one is made at once
 * @param random a number from 0 to 1, so that not all come back at the same time
 */
export function reconnectDelay(failures: number, random: number): number {
  if (failures === 0) return 0;
  return Math.min(LARGEST, FIRST * 2 ** (failures - 1)) * (0.75 + random / 2);
}
