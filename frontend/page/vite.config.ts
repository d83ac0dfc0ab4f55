import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";
import { docs } from "./docs.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Beside each script and style, the same compressed: the relay has no time for that. */
function compressed(): Plugin {
  return {
    name: "compressed",
    writeBundle({ dir = "" }) {
      for (const file of readdirSync(dir, { recursive: true, encoding: "utf-8" })) {
        if (!/\.(js|css)$/.test(file)) continue;
        writeFileSync(`${dir}/${file}.gz`, gzipSync(readFileSync(`${dir}/${file}`), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: here("."),
  // Relative, so that the pages work under any path of a site: one of them lies a step deeper.
  base: "./",
  experimental: {
    renderBuiltUrl: (file, { hostId, hostType }) =>
      hostType === "html" && hostId === "watch.html" ? `../${file}` : { relative: true },
  },
  // The SDK's own source, not what is built of it for npm.
  resolve: { conditions: ["trunkline-source", ...defaultClientConditions] },
  plugins: [docs(), compressed()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("../../src/trunkline/web/static"),
    emptyOutDir: true,
    target: "es2022",
    // The pages are served under a policy that allows neither inline code nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: here("index.html"),
        call: here("sfu.html"),
        servers: here("servers.html"),
        status: here("status.html"),
        watch: here("watch.html"),
      },
    },
  },
});
