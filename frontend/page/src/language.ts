/** A language that the pages speak. */
export type Language = (typeof LANGUAGES)[number];

const LANGUAGES = ["en", "de"] as const;

/**
 * The language of a page: what its address asks for, else the first of the browser's that we speak.
 *
 * @param query the address's; `?lang=de` says it
 * @param preferred tags as in BCP 47, the best first
 */
export function languageOf(query: URLSearchParams, preferred: readonly string[]): Language {
  const wanted = [query.get("lang") ?? "", ...preferred].map(primary);
  return wanted.find((tag): tag is Language => LANGUAGES.some((one) => one === tag)) ?? "en";
}

function primary(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}

/** That of this page. */
export const language = languageOf(
  new URLSearchParams(globalThis.location?.search),
  globalThis.navigator?.languages ?? [],
);

/** Say in the document which language it is in, for screen readers and hyphenation. */
export function markLanguage(): void {
  document.documentElement.lang = language;
}
