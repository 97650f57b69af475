import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, FormatError } from "../core/errors.ts";
import { countTokens, Vocabulary } from "./vocabulary.ts";

describe("Vocabulary", () => {
  test("puts specials first, then the unknown token, then tokens by falling count", () => {
    const vocabulary = Vocabulary.fromTokens(["b", "c", "a", "c", "c", "b", "<pad>"], {
      specials: ["<pad>", "<eos>"],
      unkToken: "<unk>",
    });
    expect(vocabulary.tokens).toEqual(["<pad>", "<eos>", "<unk>", "c", "b", "a"]);
    expect(vocabulary.unkId).toBe(2);
  });

  test("orders equal counts by their letters, whatever the order in the text", () => {
    expect(Vocabulary.fromTokens(["z", "a", "m"]).tokens).toEqual(["a", "m", "z"]);
    expect(Vocabulary.fromTokens(["m", "z", "a"]).tokens).toEqual(["a", "m", "z"]);
  });

  test("drops tokens below minFrequency, and the rarest above maxSize", () => {
    const tokens = Array.from("aaabbcd");
    expect(Vocabulary.fromTokens(tokens, { minFrequency: 2 }).tokens).toEqual(["a", "b"]);
    const three = Vocabulary.fromTokens(tokens, { maxSize: 3, unkToken: "?" });
    expect(three.tokens).toEqual(["?", "a", "b"]);
    expect([...three.encode(["d", "b"])]).toEqual([0, 2]);
  });

  test("gives back known tokens after encode and decode", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 30 }), (tokens) => {
        const vocabulary = Vocabulary.fromTokens(tokens);
        expect(vocabulary.decode(vocabulary.encode(tokens))).toEqual(tokens);
      }),
    );
  });

  test("names an unknown token, its code point, and the remedy", () => {
    const vocabulary = Vocabulary.fromTokens(["a"]);
    expect(() => vocabulary.id("é")).toThrow(
      'Vocabulary: expected one of 1 known tokens, got "é" (U+00E9). ' +
        "Build the vocabulary from text that has it, or give it an unkToken.",
    );
    expect(() => vocabulary.token(1)).toThrow("expected an id from 0 to 0, got 1");
    expect(() => vocabulary.token(0.5)).toThrow(ArgumentError);
  });

  test("refuses a token twice, and an unkToken that is not among the tokens", () => {
    expect(() => new Vocabulary(["a", "b", "a"])).toThrow('got "a" at 0 and at 2');
    expect(() => new Vocabulary(["a"], { unkToken: "<unk>" })).toThrow("among the tokens");
  });

  test("survives JSON with its ids and unknown token", () => {
    const vocabulary = Vocabulary.fromTokens(["\ud800", "x", "x"], { unkToken: "<unk>" });
    const again = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
    expect(again.tokens).toEqual(vocabulary.tokens);
    expect(again.unkId).toBe(0);
  });

  test.each([[null], [{}], [{ tokens: [1], unkToken: null }], [{ tokens: ["a"] }]])(
    "refuses %j as JSON",
    (json) => {
      expect(() => Vocabulary.fromJSON(json)).toThrow(FormatError);
    },
  );
});

test("countTokens counts names that every object has, too", () => {
  expect(countTokens(["constructor", "__proto__", "constructor"])).toEqual(
    new Map([
      ["constructor", 2],
      ["__proto__", 1],
    ]),
  );
});
