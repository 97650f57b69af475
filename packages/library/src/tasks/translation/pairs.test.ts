import { describe, expect, test } from "vitest";
import {
  cleanPairs,
  defaultHeldOut,
  learnDictionary,
  scoreTranslations,
  bleuByLength,
  splitPairs,
  translationBaselines,
  withoutHeldOut,
  type SentencePair,
} from "./index.ts";

const pair = (source: string, target: string): SentencePair => ({ source, target });

describe("cleanPairs", () => {
  test("composes characters, trims, and counts what it drops", () => {
    const { pairs, report } = cleanPairs([
      pair(" cafe\u0301 ", "coffee\u00a0house"),
      pair("café", "coffee house"),
      pair("", "nothing"),
      pair("something", " \t"),
      pair("OK", "OK"),
    ]);
    expect(pairs).toEqual([pair("café", "coffee house"), pair("OK", "OK")]);
    expect(report).toEqual({ given: 5, empty: 2, repeated: 1, identical: 1 });
  });
});

describe("splitPairs", () => {
  const pairs = Array.from({ length: 300 }, (_, i) => [
    pair(`Sentence ${i % 100}!`, `Satz ${i}`),
    pair(`sentence ${i % 100}.`, `Satz ${i}b`),
  ]).flat();

  test("no source is on two sides, not even with other case or punctuation", () => {
    const { train, validation, test: heldOut } = splitPairs(pairs, { validation: 10, test: 20 }, 1);
    expect([validation.length, heldOut.length, train.length]).toEqual([10, 20, 70 * 6]);
    const numbers = (part: SentencePair[]) =>
      new Set(part.map(({ source }) => source.match(/\d+/)![0]));
    const all = [train, validation, heldOut].map(numbers);
    expect(all.reduce((sum, part) => sum + part.size, 0)).toBe(100);
    expect(withoutHeldOut(train, [...validation, ...heldOut]).removed).toBe(0);
  });

  test("depends on the seed alone", () => {
    const first = splitPairs(pairs, { validation: 10, test: 20 }, 3);
    expect(splitPairs(pairs, { validation: 10, test: 20 }, 3)).toEqual(first);
    expect(splitPairs(pairs, { validation: 10, test: 20 }, 4)).not.toEqual(first);
  });

  test("says when there are too few distinct sources", () => {
    expect(() => splitPairs(pairs, { validation: 60, test: 40 }, 1)).toThrow(
      /60 distinct sources .* 40 for the test, and the data has only 100 in 600 pairs/,
    );
    expect(defaultHeldOut(142_000)).toEqual({ validation: 1000, test: 2000 });
    expect(defaultHeldOut(400)).toEqual({ validation: 20, test: 20 });
    expect(defaultHeldOut(3)).toEqual({ validation: 1, test: 0 });
  });

  test("pairs whose source is held out elsewhere are taken out of training", () => {
    const { train, removed } = withoutHeldOut(
      [pair("A dog.", "Ein Hund."), pair("A cat.", "Eine Katze.")],
      [pair("a DOG!", "Der Hund!")],
    );
    expect([train.length, removed]).toEqual([1, 1]);
  });
});

describe("the dictionary baseline", () => {
  test("finds which word stands for which, and copies what it has never seen", () => {
    const dictionary = learnDictionary([
      pair("the house", "das Haus"),
      pair("the book", "das Buch"),
      pair("a book", "ein Buch"),
      pair("a house, the book", "ein Haus, das Buch"),
    ]);
    expect(dictionary.translate("a house, the Zeppelin")).toBe("ein Haus, das Zeppelin");
  });

  test("is better than the source as it stands", () => {
    const words = { ship: "skib", house: "hus", old: "gammelt", new: "nyt", red: "rødt" };
    const entries = Object.entries(words);
    const train = Array.from({ length: 40 }, (_, i) => {
      const chosen = [0, 2, 3, 4].map((k) => entries[(i * 7 + k * (1 + (i % 3))) % 5]);
      return pair(chosen.map(([word]) => word).join(" "), chosen.map(([, ord]) => ord).join(" "));
    });
    const [copy, dictionary] = translationBaselines(learnDictionary(train), train.slice(0, 10));
    expect([copy.name, dictionary.name]).toEqual(["copy", "dictionary"]);
    expect(dictionary.bleu).toBeCloseTo(100, 6);
    expect(copy.bleu).toBeLessThan(20);
  });
});

describe("scores", () => {
  test("languages without spaces are compared by character", () => {
    const references = [
      "これは本です。とても面白いと思います。",
      "彼は学校に行きます。毎日歩いて行きます。",
    ];
    const score = scoreTranslations(
      [references[0], "彼は学校に行った。毎日歩いて行きます。"],
      references,
    );
    expect(score.signature).toContain("tok:char");
    expect(score.bleu).toBeGreaterThan(70);
    expect(scoreTranslations(["Oui."], ["Oui."]).signature).toContain("tok:13a");
  });

  test("by length leaves out bins with too few sentences to mean anything", () => {
    const texts = Array.from({ length: 20 }, (_, i) =>
      i < 12 ? "one two three four" : "a b c d e f g",
    );
    const bins = bleuByLength(texts, texts, texts);
    expect(
      bins.map(({ from, to, sentences, bleu }) => [from, to, sentences, bleu && Math.round(bleu)]),
    ).toEqual([
      [1, 5, 12, 100],
      [6, 10, 8, null],
    ]);
  });
});
