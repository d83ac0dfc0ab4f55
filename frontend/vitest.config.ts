import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["trunkline-source"] },
  ssr: { resolve: { conditions: ["trunkline-source"] } },
  test: { include: ["sdk/test/**/*.test.ts", "page/test/**/*.test.ts"], environment: "node" },
});
