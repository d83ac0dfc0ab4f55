import { computed, signal } from "@preact/signals";
import { authorization, createToken } from "../token.ts";
import { graphsOf } from "./graph.ts";
import type { Report } from "./report.ts";

/** Milliseconds between two looks. */
const LOOK_EVERY = 500;
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
    const found = await read(base, token.value.value);
    // Another token was given meanwhile.
    if (number !== looks) return;
    if (typeof found === "string") trouble.value = found;
    else [report.value, trouble.value] = [found, undefined];
    // A wrong token does not become right, and each is counted.
    if (found !== "token") timer = setTimeout(next, LOOK_EVERY);
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
