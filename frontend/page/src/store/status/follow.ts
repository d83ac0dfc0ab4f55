import { computed, signal } from "@preact/signals";
import { authorization, createToken } from "../token.ts";
import { graphsOf } from "./graph.ts";
import type { Report } from "./report.ts";

/** Milliseconds between an answer and the next look, at least and at most. */
const LOOK_EVERY = 500;
const LOOK_WITHIN = 5_000;
/** Times as long as the answer took: a relay that has much to tell is not kept busy by it. */
const REST = 4;
/** Milliseconds that the relay may take to answer. */
const ANSWER_WITHIN = 5_000;

/** Why nothing new is shown. */
export type Trouble = "unreachable" | "refused" | "token";

/** The state of the page. */
export type StatusStore = ReturnType<typeof createStatusStore>;

/**
 * Follow what a relay does for as long as the page lives; it rests while the page is hidden.
 *
 * @param base the relay's address, without a slash at its end
 */
export function createStatusStore(base: string) {
  const report = signal<Report | undefined>(undefined);
  const trouble = signal<Trouble | undefined>(undefined);
  const token = createToken();
  const graphs = computed(() => (report.value ? graphsOf(report.value) : []));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looks = 0;

  async function look(): Promise<void> {
    const number = ++looks;
    const began = performance.now();
    const found = await read(base, token.value.value);
    // Another token was given meanwhile.
    if (number !== looks) return;
    if (typeof found === "string") trouble.value = found;
    else [report.value, trouble.value] = [found, undefined];
    // A wrong token does not become right, and each is counted.
    if (found !== "token") timer = setTimeout(next, pauseAfter(performance.now() - began));
  }

  function next(): void {
    if (!document.hidden) void look();
  }

  function start(): void {
    clearTimeout(timer);
    next();
  }

  function setToken(value: string): void {
    token.set(value);
    start();
  }

  document.addEventListener("visibilitychange", start);
  start();
  return { graphs, report, trouble, token: token.value, setToken };
}

/** Milliseconds to the next look, after an answer that took so many. */
export function pauseAfter(took: number): number {
  return Math.min(Math.max(LOOK_EVERY, REST * took), LOOK_WITHIN);
}

async function read(base: string, token: string): Promise<Report | Trouble> {
  const headers = authorization(token);
  if (headers === undefined) return "token";
  try {
    const response = await fetch(`${base}/api/v1/status`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN),
      headers,
    });
    if (response.ok) return (await response.json()) as Report;
    // 429: too many wrong ones came before.
    if (response.status === 401 || response.status === 429) return "token";
    return response.status === 403 ? "refused" : "unreachable";
  } catch {
    return "unreachable";
  }
}
