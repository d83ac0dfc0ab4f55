/** Hues that are far enough from each other. */
const HUES = 12;

/** Somebody whom no picture shows. */
export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" aria-hidden="true" style={{ "--hue": `${hueOf(name)}` }}>
      <span>{initialsOf(name)}</span>
    </span>
  );
}

/** The first letters of the first and the last word, as people read letters (Unicode UAX 29). */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== "");
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word = "") => firstOf(word).toLocaleUpperCase()).join("");
}

function firstOf(word: string): string {
  const [first] = new Intl.Segmenter().segment(word);
  return first?.segment ?? "";
}

/** The same for the same name, everywhere. */
function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return ((sum % HUES) * 360) / HUES;
}
