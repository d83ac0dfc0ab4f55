import { signal } from "@preact/signals";

/** Where the operator's token is kept for as long as the tab is open. */
const KEY = "trunkline.operator-token";

/** The operator's token, as far as it was typed; all pages of a tab know it. */
export type Token = ReturnType<typeof createToken>;

/** Remember the operator's token; empty where there is none. */
export function createToken() {
  const value = signal(sessionStorage.getItem(KEY) ?? "");

  function set(text: string): void {
    value.value = text;
    if (text === "") sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, text);
  }

  return { value, set };
}

/**
 * The header that says it.
 *
 * @returns undefined where no header can say it
 */
export function authorization(token: string): Record<string, string> | undefined {
  // No other character can stand in a header.
  if (!/^[\x21-\x7e]*$/.test(token)) return undefined;
  return token === "" ? {} : { Authorization: `Bearer ${token}` };
}
