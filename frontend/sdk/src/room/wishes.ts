import type { Track, Wish } from "./model.ts";

/** Says how much of a track is wanted; null: nothing. */
export type Rule = (track: Track) => Wish | null;

/** What is wanted of the tracks that there are: by a rule, and by what was said of single ones. */
export class Wishes {
  readonly #rule: Rule;
  readonly #said = new Map<string, Wish | null>(); // bounded: see `of`
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
    this.#said.set(trackId, wish);
    this.#deliberate = true;
  }

  /** What is wanted of these tracks; what was said of others is forgotten. */
  of(tracks: ReadonlyMap<string, Track>): ReadonlyMap<string, Wish> {
    const wanted = new Map<string, Wish>();
    for (const [id, track] of tracks) {
      const said = this.#said.get(id);
      const wish = said === undefined ? this.#rule(track) : said;
      if (wish !== null) wanted.set(id, wish);
    }
    for (const id of this.#said.keys()) if (!tracks.has(id)) this.#said.delete(id);
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
