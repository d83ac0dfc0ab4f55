import type { Track, Wish } from "./model.ts";

/** Single tracks of which something was said; what was said first is forgotten first. */
const MAX_SAID = 1_000;

/** Says how much of a track is wanted; null: nothing. */
export type Rule = (track: Track) => Wish | null;

/** What is wanted of the tracks that there are: by a rule, and by what was said of single ones. */
export class Wishes {
  readonly #rule: Rule;
  readonly #said = new Map<string, Wish | null>(); // bounded by MAX_SAID
  #deliberate: boolean;

  constructor(rule: Rule | undefined) {
    this.#rule = rule ?? (() => ({}));
    this.#deliberate = rule !== undefined;
  }

  /** Whether anything else is wanted than all of everything. */
  get deliberate(): boolean {
    return this.#deliberate;
  }

  /** Want this of one track from now on, whatever the rule says. */
  set(trackId: string, wish: Wish | null): void {
    this.#said.delete(trackId);
    this.#said.set(trackId, wish);
    const [oldest = ""] = this.#said.keys();
    if (this.#said.size > MAX_SAID) this.#said.delete(oldest);
    this.#deliberate = true;
  }

  /** What is wanted of these tracks; others may come back, after a restart of the relay for one. */
  of(tracks: ReadonlyMap<string, Track>): ReadonlyMap<string, Wish> {
    const wanted = new Map<string, Wish>();
    for (const [id, track] of tracks) {
      const said = this.#said.get(id);
      const wish = said === undefined ? this.#rule(track) : said;
      if (wish !== null) wanted.set(id, wish);
    }
    return wanted;
  }
}

/** Whether two lists of wishes are the same. */
export function sameWishes(
  one: ReadonlyMap<string, Wish> | undefined,
  other: ReadonlyMap<string, Wish>,
): boolean {
  if (one?.size !== other.size) return false;
  return [...other].every(([id, wish]) => {
    const known = one.get(id);
    return known !== undefined && JSON.stringify(known) === JSON.stringify(wish);
  });
}
