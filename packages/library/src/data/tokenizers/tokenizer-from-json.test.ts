import { describe, expect, test } from "vitest";
import { BpeTokenizer } from "./bpe.ts";
import { CharTokenizer } from "./char.ts";
import { tokenizerFromJSON } from "./tokenizer-from-json.ts";
import { WordTokenizer } from "./word.ts";

const TEXT = "The snail sees the snail, the sea and the snail.\n";

describe("tokenizerFromJSON", () => {
  test.each([
    CharTokenizer.train(TEXT, { specials: ["<pad>"], unkToken: "<unk>" }),
    WordTokenizer.train(TEXT, { specials: ["<pad>"], lowercase: true }),
    BpeTokenizer.train(TEXT, { vocabSize: 270, specials: ["<pad>"] }),
  ])("gives back a $kind tokenizer with the same ids and specials", (tokenizer) => {
    const again = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect(again.kind).toBe(tokenizer.kind);
    expect(again.vocabSize).toBe(tokenizer.vocabSize);
    expect(again.specials).toEqual(tokenizer.specials);
    expect(again.encode(TEXT)).toEqual(tokenizer.encode(TEXT));
    expect(again.decode(again.encode(TEXT))).toBe(tokenizer.decode(tokenizer.encode(TEXT)));
  });

  const good = { format: "unrolled-tokenizer", version: 1, specials: [] };
  test.each([
    [undefined, "expected format"],
    [{ ...good, format: "tokenizer.json" }, "expected format"],
    [{ ...good, version: 2, kind: "char" }, "expected version 1, got 2"],
    [
      { ...good, kind: "unigram" },
      'expected kind "char" or "word" or "bpe" or "huggingface", got "unigram"',
    ],
    [{ ...good, kind: "char", vocabulary: {} }, "Vocabulary.fromJSON"],
    [
      { ...good, kind: "char", specials: ["x"], vocabulary: { tokens: ["a"], unkToken: null } },
      "specials to be the first",
    ],
    [{ ...good, kind: "word" }, "expected lowercase to be true or false, got undefined"],
    [
      { ...good, kind: "word", lowercase: true, vocabulary: { tokens: ["a"], unkToken: null } },
      "unkToken",
    ],
    [{ ...good, kind: "bpe", merges: [[300, 1]] }, "BpeTokenizer.fromJSON"],
    [{ ...good, kind: "bpe", merges: "none" }, "BpeTokenizer.fromJSON"],
    [{ ...good, kind: "huggingface", addSpecialTokens: true }, "HuggingFaceTokenizer.fromJSON"],
  ])("says what is wrong with %j", (json, message) => {
    expect(() => tokenizerFromJSON(json)).toThrow(message);
  });
});
