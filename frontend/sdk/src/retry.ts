const FIRST = 0.5;
const LARGEST = 10;

/**
 * Seconds to wait before the next attempt.
 *
 * @param attempt how many attempts failed in a row, from 1
 * @param retryAfter what the server asked for in seconds, which is then the least
 * @param random a number from 0 to 1, so that many viewers do not come back at once
 */
export function retryDelay(
  attempt: number,
  retryAfter: number | undefined,
  random: number,
): number {
  const growing = Math.min(LARGEST, FIRST * 2 ** (attempt - 1));
  const jittered = growing * (0.75 + random / 2);
  return retryAfter === undefined ? jittered : retryAfter + jittered / 4;
}
