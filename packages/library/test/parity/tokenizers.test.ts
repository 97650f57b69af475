/**
 * Hugging Face's tokenizers give the ids that their Python library gives for the same tokenizer.json:
 * scripts/make-tokenizer-fixtures.py has written both.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HuggingFaceTokenizer, tokenizerFromJSON } from "../../src/data/index.ts";

interface Fixture {
  tokenizer: { added_tokens: { content: string; id: number }[] };
  cases: { text: string; ids: number[]; decoded: string; withSpecials: number[] }[];
}

const load = (name: string): Fixture =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, "fixtures/tokenizers", `${name}.json`), "utf8"),
  ) as Fixture;

describe.each(["byte-level-bpe", "split-bpe", "word-piece", "unigram"])("%s", (name) => {
  const { tokenizer: json, cases } = load(name);
  const tokenizer = new HuggingFaceTokenizer(json);

  test.each(cases)("$text", ({ text, ids, decoded, withSpecials }) => {
    expect([...tokenizer.encode(text)]).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
    const around = new HuggingFaceTokenizer(json, { addSpecialTokens: true });
    expect([...around.encode(text)]).toEqual(withSpecials);
  });

  test("comes back from JSON with the same ids and specials", () => {
    const again = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect(again.kind).toBe("huggingface");
    expect(again.vocabSize).toBe(tokenizer.vocabSize);
    expect(again.specials).toEqual(
      new Map(json.added_tokens.map(({ content, id }) => [content, id])),
    );
    for (const { text, ids } of cases) expect([...again.encode(text)]).toEqual(ids);
  });

  test("the pieces of the streaming decoder, joined, are what decode gives", () => {
    for (const { ids, decoded } of cases) {
      const decoder = tokenizer.createDecoder();
      const pieces = ids.map((id) => decoder.push(id));
      expect(pieces.join("") + decoder.end()).toBe(decoded);
    }
    const random = fc.array(fc.nat({ max: tokenizer.vocabSize - 1 }), { maxLength: 30 });
    fc.assert(
      fc.property(random, (ids) => {
        const decoder = tokenizer.createDecoder();
        const pieces = ids.map((id) => decoder.push(id));
        expect(pieces.join("") + decoder.end()).toBe(tokenizer.decode(ids));
      }),
    );
  });

  test("refuses ids that do not exist", () => {
    expect(() => tokenizer.decode([tokenizer.vocabSize])).toThrow(
      `expected an id from 0 to ${tokenizer.vocabSize - 1}`,
    );
  });
});

describe("HuggingFaceTokenizer", () => {
  test("byte-level BPE gives back every text", () => {
    const tokenizer = new HuggingFaceTokenizer(load("byte-level-bpe").tokenizer);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  test("says what is wrong with a file", () => {
    expect(() => new HuggingFaceTokenizer({ version: "1.0" })).toThrow(
      'expected the parsed contents of a tokenizer.json, with a field model, got {"version":"1.0"}.',
    );
    expect(() => new HuggingFaceTokenizer({ model: { type: "Word2Vec" } })).toThrow(
      "@huggingface/tokenizers cannot make a tokenizer from this tokenizer.json",
    );
  });
});
