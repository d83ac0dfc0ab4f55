import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const element = here("src/element/trunkline-room.ts");

/** For npm: modules over their dependencies. With `--mode relay`: one file, which relays serve. */
export default defineConfig(({ mode }) => ({
  root: here("."),
  build: {
    target: "es2022",
    minify: mode === "relay",
    emptyOutDir: mode !== "relay",
    outDir: here(mode === "relay" ? "../../src/trunkline/web/static/sdk" : "dist"),
    lib: {
      formats: ["es"],
      entry:
        mode === "relay"
          ? { "trunkline-room": here("src/relay.ts") }
          : { index: here("src/index.ts"), element },
    },
    ...(mode === "relay" ? {} : { rolldownOptions: { external: [/^@bufbuild\/protobuf/] } }),
  },
}));
