import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  // The SDK's own source, not what is built of it for npm.
  resolve: { conditions: ["trunkline-source", ...defaultClientConditions] },
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
        status: here("status.html"),
        watch: here("watch.html"),
      },
    },
  },
});
