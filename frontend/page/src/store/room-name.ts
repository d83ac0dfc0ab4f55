import { language } from "../language.ts";

const WORDS = {
  en: {
    first:
      "amber bold brave bright calm clever cosy eager fair gentle happy jolly kind lively merry noble proud quick quiet sunny swift warm witty young",
    second:
      "badger beaver falcon finch fox hare heron kingfisher lark lynx marten otter owl panda puffin raven robin seal sparrow stork swan swift toad wren",
  },
  de: {
    first:
      "blauer bunter feiner flinker froher goldener heller kluger kühner lieber lustiger milder munterer netter ruhiger sanfter schneller sonniger stiller tapferer wacher weiser wilder zarter",
    second:
      "adler biber dachs falke fink fuchs hase igel kranich kuckuck luchs marder mauersegler molch otter panda pinguin rabe reiher schwan spatz specht storch zaunkönig",
  },
} as const;

/**
 * A name that people can say to each other, one of some fifty thousand.
 *
 * @param draw an integer from 0 to below its argument, each as likely
 */
export function suggestion(draw: (below: number) => number): string {
  const pick = (words: string) => {
    const all = words.split(" ");
    return all[draw(all.length)] ?? "";
  };
  const { first, second } = WORDS[language];
  return `${pick(first)}-${pick(second)}-${10 + draw(90)}`;
}

/** From the browser's source of randomness. */
export function drawn(below: number): number {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return (number ?? 0) % below;
}
