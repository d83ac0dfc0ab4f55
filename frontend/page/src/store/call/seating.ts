/** Who sits where: an order that changes only where somebody speaks whom nobody sees. */
export interface Seating {
  /** Keys of tiles. */
  readonly order: readonly string[];
  /** When each spoke last, as a turn. */
  readonly spoke: ReadonlyMap<string, number>;
  readonly turn: number;
}

export const EMPTY: Seating = { order: [], spoke: new Map(), turn: 0 };

/**
 * The seating after people came, left or spoke.
 *
 * @param keys of all tiles there are now
 * @param speaking keys of those who speak, loudest first
 * @param places how many are seen
 */
export function seat(
  before: Seating,
  keys: readonly string[],
  speaking: readonly string[],
  places: number,
): Seating {
  const present = new Set(keys);
  const known = new Set(before.order);
  const order = [
    ...before.order.filter((key) => present.has(key)),
    ...keys.filter((key) => !known.has(key)),
  ];
  const turn = before.turn + 1;
  const spoke = new Map([...before.spoke].filter(([key]) => present.has(key)));
  const heard = speaking.filter((key) => present.has(key));
  for (const key of heard) spoke.set(key, turn);
  for (const key of heard.slice(0, places)) bringForward(order, key, spoke, places);
  return { order, spoke, turn };
}

/** Give a speaker whom nobody sees the place of the one who has been silent longest. */
function bringForward(
  order: string[],
  key: string,
  spoke: ReadonlyMap<string, number>,
  places: number,
): void {
  const from = order.indexOf(key);
  if (from < places) return;
  const silence = (seated: string) => spoke.get(seated) ?? 0;
  let to = Math.min(places, order.length) - 1;
  for (let index = to - 1; index >= 0; index -= 1) {
    if (silence(order[index] ?? "") < silence(order[to] ?? "")) to = index;
  }
  const seated = order[to];
  if (seated === undefined) return;
  order[to] = key;
  order[from] = seated;
}
