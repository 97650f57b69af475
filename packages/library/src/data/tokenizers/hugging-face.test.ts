/**
 * Without the package that it needs. With it: test/parity/tokenizers.test.ts.
 */

import { expect, test, vi } from "vitest";
import { HuggingFaceTokenizer } from "./hugging-face.ts";

vi.mock("#platform", async (original) => ({
  ...(await original<object>()),
  optionalPackage: () => null,
}));

const JSON_FILE = {
  pre_tokenizer: { type: "Whitespace" },
  model: { type: "WordPiece", unk_token: "?", vocab: { "?": 0, gate: 1 } },
};

test("where the package is not installed, the error says how to install it", () => {
  expect(() => new HuggingFaceTokenizer(JSON_FILE)).toThrow(
    "HuggingFaceTokenizer: needs the package @huggingface/tokenizers, which is not installed. " +
      "In Node: npm install @huggingface/tokenizers. " +
      'In a browser, pass it: { library: await import("@huggingface/tokenizers") }.',
  );
});

test("the package may be handed over", async () => {
  const library = await import("@huggingface/tokenizers");
  const tokenizer = new HuggingFaceTokenizer(JSON_FILE, { library });
  expect([...tokenizer.encode("gate what")]).toEqual([1, 0]);
});
