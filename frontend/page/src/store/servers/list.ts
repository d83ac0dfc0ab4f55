import { type Signal, signal } from "@preact/signals";
import { type Answer, ask } from "./ask.ts";

/** What is known of one list. */
export type Listing<Entry> =
  | Exclude<Answer<never>, { kind: "done" | "unreachable" }>
  | { readonly kind: "loading" }
  | { readonly kind: "known"; readonly entries: readonly Entry[] };

/** A list that the relay tells. */
export interface List<Entry> {
  readonly listing: Signal<Listing<Entry>>;
  /** Ask for it; whether the relay answered. */
  look: (token: string) => Promise<boolean>;
}

/**
 * What stands at an address.
 *
 * @param key under which the answer has it
 */
export function createList<Entry>(url: string, key: string): List<Entry> {
  const listing = signal<Listing<Entry>>({ kind: "loading" });
  let looks = 0;

  async function look(token: string): Promise<boolean> {
    const number = ++looks;
    const answer = await ask<Record<string, readonly Entry[]>>(url, token);
    // The last that is known stays; and what was asked for later is newer.
    if (answer.kind === "unreachable" || number !== looks) return answer.kind !== "unreachable";
    listing.value =
      answer.kind === "done" ? { kind: "known", entries: answer.value[key] ?? [] } : answer;
    return true;
  }

  return { listing, look };
}
