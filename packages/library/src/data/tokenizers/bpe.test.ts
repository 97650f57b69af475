import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { realData } from "../../../test/support/real-data.ts";
import { BpeTokenizer } from "./bpe.ts";

const TRAINING_TEXT =
  "the snail 🐌 sees the snails, and the snails see the sea — naïve 東京 東京 東京";

describe("BpeTokenizer", () => {
  test("learns the merges of the textbook: l-o, lo-w, then ' '-low", () => {
    const tokenizer = BpeTokenizer.train("low low low low lower", { vocabSize: 259 });
    const tokens = [256, 257, 258].map((id) => tokenizer.decode([id]));
    expect(tokens).toEqual(["lo", "low", " low"]);
    expect([...tokenizer.encode("low lower slow")]).toEqual([257, 258, 101, 114, 32, 115, 257]);
  });

  const strings = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc
      .array(
        fc.constantFrom("the", " ", "  ", "\n", "snail", "🐌", "\ud83d", "\udc0c", "9", "!!", "東"),
      )
      .map((list) => list.join("")),
    fc.array(fc.integer({ min: 0xd700, max: 0xe100 })).map((u) => String.fromCharCode(...u)),
  );
  const tokenizer = BpeTokenizer.train(TRAINING_TEXT, { vocabSize: 300, specials: ["<pad>"] });

  test("decode undoes encode for every string, lone surrogates included", () => {
    fc.assert(
      fc.property(strings, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test("the pieces of the streaming decoder, joined, are what decode gives, for any ids", () => {
    const ids = fc.array(fc.integer({ min: 0, max: tokenizer.vocabSize - 1 }));
    fc.assert(
      fc.property(ids, (list) => {
        const decoder = tokenizer.createDecoder();
        const pieces = list.map((id) => decoder.push(id));
        expect(pieces.join("") + decoder.end()).toBe(tokenizer.decode(list));
      }),
    );
  });

  test("the streaming decoder holds a character back until its last byte", () => {
    const bytes = new BpeTokenizer([]);
    const decoder = bytes.createDecoder();
    const pieces = Array.from(bytes.encode("🐌!"), (id) => decoder.push(id));
    expect(pieces).toEqual(["", "", "", "🐌", "!"]);
  });

  test("a text without spaces takes time in proportion to its length", () => {
    const long = "a".repeat(300_000) + "東".repeat(100_000) + " ".repeat(100_000);
    expect(tokenizer.decode(tokenizer.encode(long))).toBe(long);
  });

  test("specials have the first ids and leave nothing in the text", () => {
    expect(tokenizer.specials.get("<pad>")).toBe(0);
    expect(tokenizer.decode([0, ...tokenizer.encode("sea<pad>"), 0])).toBe("sea<pad>");
  });

  test("stops early where no pair is frequent enough", () => {
    expect(BpeTokenizer.train("abab", { vocabSize: 1000 }).merges).toEqual([[97, 98]]);
    expect(BpeTokenizer.train("abc", { vocabSize: 1000 }).vocabSize).toBe(256);
    expect(BpeTokenizer.train("", { vocabSize: 1000 }).vocabSize).toBe(256);
  });

  test("refuses a vocabulary without room for all bytes, and ids that do not exist", () => {
    expect(() => BpeTokenizer.train("abc", { vocabSize: 255 })).toThrow(
      "expected vocabSize to be a whole number of at least 256, got 255",
    );
    expect(() => tokenizer.decode([tokenizer.vocabSize])).toThrow(
      `expected an id from 0 to ${tokenizer.vocabSize - 1}`,
    );
    expect(() => new BpeTokenizer([[97, 256]])).toThrow(
      "expected merge 0 to join two ids below 256",
    );
  });

  test("1024 merges halve tiny-shakespeare and more", (context) => {
    const text = readFileSync(realData(context, "tiny-shakespeare/input.txt"), "utf8");
    const learned = BpeTokenizer.train(text, { vocabSize: 1280 });
    const ids = learned.encode(text);
    expect(learned.decode(ids)).toBe(text);
    expect(text.length / ids.length).toBeCloseTo(2.575, 2);
  });
});
