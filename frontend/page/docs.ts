import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Marked, type Tokens } from "marked";
import type { Plugin } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, "utf-8");

/** A page of the guide, as the table in README.md has it. */
interface Entry {
  readonly name: string;
  readonly title: string;
  readonly about: string;
}

const ROW = /^\| \[([^\]]+)\]\(docs\/guide\/([\w-]+)\.md\) \| (.+) \|$/gm;
const IMAGE = /^\.\.\/images\/([\w-]+\.png)$/;
const PAGE = /^([\w-]+)\.md(#.*)?$/;

/** The guide as pages, without any script, under `docs/`: for people who have a relay and no source. */
export function docs(): Plugin {
  return {
    name: "docs",
    generateBundle() {
      const emit = (fileName: string, source: string | Uint8Array) =>
        this.emitFile({ type: "asset", fileName: `docs/${fileName}`, source });
      const entries = contents();
      const images = new Set<string>();
      emit("index.html", frame("trunkline", entries, undefined, overview(entries)));
      for (const entry of entries) {
        const body = rendered(read(`docs/guide/${entry.name}.md`), entries, images);
        emit(`${entry.name}.html`, frame(entry.title, entries, entry.name, body));
      }
      for (const image of images) {
        emit(`images/${image}`, readFileSync(`${root}/docs/images/${image}`));
      }
      const style =
        read("frontend/page/src/style/base.css") + read("frontend/page/src/style/docs.css");
      emit("style.css", style);
    },
  };
}

/** All pages of the guide: in the order of README.md, and whatever it does not name after that. */
function contents(): readonly Entry[] {
  const listed = [...read("README.md").matchAll(ROW)].map(
    ([, title = "", name = "", about = ""]) => ({
      name,
      title: plain(title),
      about: plain(about),
    }),
  );
  const names = new Set(listed.map(({ name }) => name));
  const others = readdirSync(`${root}/docs/guide`)
    .map((file) => file.replace(/\.md$/, ""))
    .filter((name) => !names.has(name))
    .map((name) => ({ name, title: titleOf(read(`docs/guide/${name}.md`)) ?? name, about: "" }));
  return [...listed, ...others];
}

function titleOf(markdown: string): string | undefined {
  return /^# (.+)$/m.exec(markdown)?.[1];
}

/** Without the marks of code. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}

function rendered(markdown: string, entries: readonly Entry[], images: Set<string>): string {
  const known = new Set(entries.map(({ name }) => name));
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        return `<h${depth} id="${slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const text = this.parser.parseInline(tokens);
        const [, name = "", anchor = ""] = PAGE.exec(href) ?? [];
        if (known.has(name)) return `<a href="${name}${anchor}">${text}</a>`;
        // Of the source tree, which who reads this may not have.
        return /^(https?:|#)/.test(href) ? `<a href="${escaped(href)}">${text}</a>` : text;
      },
      image({ href, text }: Tokens.Image) {
        const [, name] = IMAGE.exec(href) ?? [];
        if (name === undefined) throw new Error(`the guide shows ${href}, which is no image of it`);
        images.add(name);
        return `<img src="images/${name}" alt="${escaped(text)}" loading="lazy">`;
      },
      table(token: Tokens.Table) {
        const row = (cells: Tokens.TableCell[], tag: string) =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
        const body = token.rows.map((cells) => row(cells, "td")).join("");
        const head = token.header.some(({ text }) => text) ? row(token.header, "th") : "";
        return `<div class="wide" tabindex="0"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      code({ text }: Tokens.Code) {
        return `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`;
      },
    },
  });
  return marked.parse(markdown, { async: false });
}

/** What a heading is called in a link: lower case, words joined, no punctuation. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}

function overview(entries: readonly Entry[]): string {
  const items = entries.map(
    ({ name, title, about }) =>
      `<li><a href="${name}">${escaped(title)}</a> <span>${escaped(about)}</span></li>`,
  );
  return `<h1>Guide</h1>\n<ul class="contents">${items.join("\n")}</ul>\n`;
}

function frame(
  title: string,
  entries: readonly Entry[],
  current: string | undefined,
  body: string,
): string {
  const items = entries.map(({ name, title: text }) => {
    const mark = name === current ? ' aria-current="page"' : "";
    return `<li><a href="${name}"${mark}>${escaped(text)}</a></li>`;
  });
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="dark light">
    <title>${escaped(title)} · trunkline</title>
    <link rel="stylesheet" href="style.css">
  </head>
  <body>
    <header><a href="../">trunkline</a> <a href="./">Guide</a></header>
    <div class="columns">
      <main>
${body}
      </main>
      <nav aria-label="Guide"><ul>${items.join("\n")}</ul></nav>
    </div>
  </body>
</html>
`;
}

function escaped(text: string): string {
  const marks: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (mark) => marks[mark] ?? mark);
}
