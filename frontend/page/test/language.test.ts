import { describe, expect, it } from "vitest";
import { languageOf } from "../src/language.ts";

const asked = (query: string) => new URLSearchParams(query);

describe("the language", () => {
  it("is the first of the browser's that the pages speak", () => {
    expect(languageOf(asked(""), ["fr-CA", "de-AT", "en"])).toBe("de");
    expect(languageOf(asked(""), ["EN-gb", "de"])).toBe("en");
  });

  it("is what the address asks for", () => {
    expect(languageOf(asked("?lang=de"), ["en"])).toBe("de");
    expect(languageOf(asked("?lang=tlh"), ["de"])).toBe("de");
  });

  it("is English where nothing fits", () => {
    expect(languageOf(asked(""), [])).toBe("en");
    expect(languageOf(asked(""), ["fr", "x", ""])).toBe("en");
  });
});
