import { signal } from "@preact/signals";
import { createToken } from "../token.ts";
import { type Answer, ask } from "./ask.ts";
import type { Camera, Kind, Nearby, Trunk } from "./entries.ts";
import { createList } from "./list.ts";

/** Milliseconds between two looks. */
const LOOK_EVERY = 2_000;

const METHODS = { added: "POST", changed: "PUT", removed: "DELETE" } as const;

/** What was done, to be told. */
export type Deed = keyof typeof METHODS;

/** The state of the page. */
export type ServersStore = ReturnType<typeof createServersStore>;

/**
 * Follow trunks, cameras and relays nearby for as long as the page lives, and change them.
 *
 * @param base the relay's address, without a slash at its end
 */
export function createServersStore(base: string) {
  const { value: token, set } = createToken();
  const trunks = createList<Trunk>(`${base}/api/v1/trunks`, "trunks");
  const cameras = createList<Camera>(`${base}/api/v1/cameras`, "cameras");
  const nearby = createList<Nearby>(`${base}/api/v1/nearby`, "relays");
  const all = [trunks, cameras, nearby];
  const deed = signal<Deed | undefined>(undefined);
  /** The relay does not answer: what is shown is the last that is known. */
  const lost = signal(false);
  /** Something was asked for that is the operator's. */
  const wanted = signal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function look(): Promise<void> {
    // What this relay has not, or we may not see, does not come by asking again.
    const open = all.filter(({ listing }) => !/missing|operator/.test(listing.peek().kind));
    if (!document.hidden) {
      const answered = await Promise.all(open.map((one) => one.look(token.peek())));
      lost.value = answered.includes(false);
    }
    clearTimeout(timer);
    timer = setTimeout(() => void look(), LOOK_EVERY);
  }

  async function change(
    done: Deed,
    kind: Kind,
    id: string | undefined,
    body?: unknown,
  ): Promise<Answer<never> | undefined> {
    const path = id === undefined ? kind : `${kind}/${encodeURIComponent(id)}`;
    deed.value = undefined;
    const url = `${base}/api/v1/${path}`;
    const answer = await ask<never>(url, token.peek(), METHODS[done], body);
    await look();
    if (answer.kind === "operator") wanted.value = true;
    // Removed by somebody else meanwhile: that is what was asked for.
    const isGone = answer.kind === "missing" && done === "removed";
    if (answer.kind !== "done" && !isGone) return answer;
    deed.value = done;
    return undefined;
  }

  function setToken(text: string): void {
    set(text);
    wanted.value = false;
    for (const { listing } of all) {
      if (listing.peek().kind === "operator") listing.value = { kind: "loading" };
    }
    void look();
  }

  document.addEventListener("visibilitychange", () => void look());
  void look();
  const listings = { trunks: trunks.listing, cameras: cameras.listing, nearby: nearby.listing };
  return { ...listings, token, deed, lost, wanted, change, setToken };
}
