import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CharTokenizer } from "./char.ts";

describe("CharTokenizer", () => {
  test("numbers the characters by their code points", () => {
    const tokenizer = CharTokenizer.train("hello");
    expect(tokenizer.vocabulary.tokens).toEqual(["e", "h", "l", "o"]);
    expect([...tokenizer.encode("hole")]).toEqual([1, 3, 2, 0]);
  });

  test("takes an emoji for one character", () => {
    expect([...CharTokenizer.train("a🐌b").encode("🐌🐌a")]).toEqual([2, 2, 0]);
  });

  test("decode undoes encode for every string, lone surrogates included", () => {
    const strings = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.integer({ min: 0xd700, max: 0xe100 })).map((u) => String.fromCharCode(...u)),
    );
    fc.assert(
      fc.property(strings, (text) => {
        const tokenizer = CharTokenizer.train(text);
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  test("names an unknown character and where it stands", () => {
    const tokenizer = CharTokenizer.train("ab", { specials: ["<pad>"] });
    expect(() => tokenizer.encode("abça")).toThrow(
      'CharTokenizer.encode: expected one of the 2 known characters, got "ç" (U+00E7) at offset 2. ' +
        "Train on text that has it, or pass unkToken.",
    );
  });

  test("with unkToken, unknown characters share an id and show as U+FFFD", () => {
    const tokenizer = CharTokenizer.train("ab", { unkToken: "<unk>" });
    expect([...tokenizer.encode("a?b!")]).toEqual([1, 0, 2, 0]);
    expect(tokenizer.decode([1, 0, 2])).toBe("a\uFFFDb");
  });

  test("specials have ids of their own and leave nothing in the text", () => {
    const tokenizer = CharTokenizer.train("ab<pad>", { specials: ["<pad>", "<eos>"] });
    expect(tokenizer.specials).toEqual(
      new Map([
        ["<pad>", 0],
        ["<eos>", 1],
      ]),
    );
    expect(tokenizer.decode([...tokenizer.encode("<pad>"), 0, 1])).toBe("<pad>");
  });

  test("refuses a special that is a character, and a token of two characters", () => {
    expect(() => CharTokenizer.train("ab", { specials: ["a"] })).toThrow("two characters or more");
    const { vocabulary } = CharTokenizer.train("ab", { specials: ["<pad>"] });
    expect(() => new CharTokenizer(vocabulary)).toThrow('got "<pad>"');
  });
});
