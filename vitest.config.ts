import { defineConfig } from "vitest/config";

/** The tests run the TypeScript sources themselves, which is where `unrolled-source` points. */
export default defineConfig({
  resolve: { conditions: ["unrolled-source"] },
  ssr: { resolve: { conditions: ["unrolled-source", "node", "import", "module", "default"] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "site/src/**/*.test.ts",
      "site/test/**/*.test.ts",
      "scripts/**/*.test.ts",
      "reproduce/**/*.test.ts",
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
