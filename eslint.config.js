import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Mistakes, not taste: Prettier owns the layout, tsc the types. */
export default defineConfig(
  {
    ignores: [
      "**/dist/",
      "**/generated/",
      "**/fixtures/",
      "**/.cache/",
      // AssemblyScript looks like TypeScript and is another language.
      "packages/kernels/assembly/",
      "runs/",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `${n}` of a number is what every message does.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // `x!` right after the check that rules null out is clearer than a second check.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Numbers come out of typed arrays, and tsc trusts an index: a check may be needed all the same.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // `() => call()` stands for a call in tests and callbacks, whatever it returns.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Taste.
      "@typescript-eslint/no-unnecessary-type-conversion": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // Names such as `_bytes` say that the contract has them and this place does not need them.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    // What tests read from JSON is checked by the comparison itself.
    files: ["**/*.test.ts", "**/test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  {
    // An experiment that takes milliseconds has the form of those that work for a minute.
    files: ["site/src/lessons/**/*.ts"],
    rules: { "@typescript-eslint/require-await": "off" },
  },
  {
    files: ["**/*.mjs", "**/*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        ["console", "process", "Buffer", "URL", "performance", "setTimeout", "WebAssembly"].map(
          (name) => [name, "readonly"],
        ),
      ),
    },
  },
);
