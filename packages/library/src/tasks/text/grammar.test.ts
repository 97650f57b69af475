import { NgramModel } from "unrolled";
import { describe, expect, test } from "vitest";
import { Grammar } from "./grammar-engine.ts";
import { entropyRate, generateCorpus, logProbability } from "./grammar.ts";

const { text, places, longRangePositions, distances } = generateCorpus({
  characters: 500_000,
  seed: 2,
});
const sentences = text.match(/.*\n/g) ?? [];

describe("the demo's text", () => {
  test("is sentences of at most 40 different characters, the same for the same seed", () => {
    expect(text.length).toBeGreaterThanOrEqual(500_000);
    expect(new Set(text).size).toBeLessThanOrEqual(40);
    for (const sentence of sentences) expect(sentence).toMatch(/^(The|One|Two) [a-z, ]+\.\n$/);
    expect(generateCorpus({ characters: 1000, seed: 2 }).text).toBe(
      text.slice(0, generateCorpus({ characters: 1000, seed: 2 }).text.length),
    );
    expect(generateCorpus({ characters: 1000, seed: 3 }).text).not.toBe(text.slice(0, 1000));
  });

  test("mean −ln p over a long text is the entropy rate, within its standard error", () => {
    // A ratio of two means over independent sentences: the error of Σx / Σn is that of x − rate·n.
    const rate = entropyRate();
    const residuals = sentences.map((it) => -logProbability(it) - rate * it.length);
    const mean = residuals.reduce((sum, r) => sum + r, 0) / residuals.length;
    const variance =
      residuals.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (residuals.length - 1);
    const standardError = Math.sqrt(variance / residuals.length);
    expect(Math.abs(mean)).toBeLessThan(4 * standardError);
    expect(standardError / (text.length / sentences.length)).toBeLessThan(0.001);
    expect(logProbability(text)).toBeCloseTo(
      sentences.reduce((sum, it) => sum + logProbability(it), 0),
      6,
    );
  });

  test("at every long-range place, the other character would make the sentence impossible", () => {
    for (const { position, correct, wrong } of places.slice(0, 500)) {
      expect(text[position]).toBe(correct);
      const start = text.lastIndexOf("\n", position) + 1;
      const end = text.indexOf("\n", position) + 1;
      const swapped = text.slice(start, position) + wrong + text.slice(position + 1, end);
      expect(logProbability(text.slice(start, end))).toBeGreaterThan(-Infinity);
      expect(logProbability(swapped)).toBe(-Infinity);
    }
  });

  test("the distances spread from 10 to more than 60 characters, far ones included", () => {
    const share = (from: number) => distances.filter((d) => d >= from).length / distances.length;
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(10);
    expect(share(20)).toBeGreaterThan(0.4);
    expect(share(40)).toBeGreaterThan(0.1);
    expect(share(60)).toBeGreaterThan(0.02);
    expect([...longRangePositions]).toEqual(places.map(({ position }) => position));
    expect([...distances]).toEqual(places.map(({ position, cue }) => position - cue));
  });

  test("both characters are equally likely there, and a 5-gram model can only guess", () => {
    const ids = Int32Array.from(text, (character) => character.charCodeAt(0));
    const cut = 400_000;
    const model = new NgramModel(ids.subarray(0, cut), { vocabSize: 128, order: 5 });
    const held = places.filter(({ position }) => position >= cut);
    const right = held.filter(({ position, correct, wrong }) => {
      const context = ids.subarray(position - 4, position);
      const p = (character: string) => model.probability(context, character.charCodeAt(0));
      return p(correct) > p(wrong);
    });
    const standardError = Math.sqrt(0.25 / held.length);
    expect(Math.abs(right.length / held.length - 0.5)).toBeLessThan(4 * standardError);
  });

  test("a text that the grammar cannot write has probability 0", () => {
    expect(logProbability("One otter are asleep.\n")).toBe(-Infinity);
    expect(logProbability("One otter is asleep.")).toBe(-Infinity);
    expect(logProbability("One otter is asleep.\n\n")).toBe(-Infinity);
    expect(logProbability("")).toBe(0);
  });

  test("refuses a size that is none", () => {
    expect(() => generateCorpus({ characters: NaN })).toThrow("got NaN");
  });
});

describe("Grammar", () => {
  const list = new Grammar({ List: ["a", ["a{List}", 3]] }, "List");

  test("expected length and entropy of a repetition are those of the geometric distribution", () => {
    // Goes on with probability ¾: 4 letters on average, and each costs one decision.
    expect(list.expectedLength()).toBeCloseTo(4, 12);
    const decision = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
    expect(list.entropy()).toBeCloseTo(4 * decision, 12);
    expect(list.logProbability("aaa")).toBeCloseTo(Math.log(0.75 ** 2 * 0.25), 12);
  });

  test("adds up the derivations of an ambiguous text, and counts them", () => {
    const twice = new Grammar({ S: ["{A}{A}"], A: ["x", "xx"] }, "S");
    expect(twice.countDerivations("xxx")).toBe(2);
    expect(twice.logProbability("xxx")).toBeCloseTo(Math.log(0.5), 12);
    expect(twice.countDerivations("y")).toBe(0);
  });

  test("draws each text as often as its probability says", () => {
    const coin = new Grammar({ Toss: ["heads", ["tails", 3]] }, "Toss");
    let state = 1;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const n = 10_000;
    let heads = 0;
    for (let i = 0; i < n; i++) if (coin.sample({ random }) === "heads") heads++;
    expect(Math.abs(heads / n - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / n));
  });

  test("notes cues and what they decide; a decided character is a cue in turn", () => {
    const grammar = new Grammar({ S: ["ab<c de[f|g] h[i|j]"] }, "S");
    const found: unknown[] = [];
    expect(grammar.sample({ random: () => 0 }, found as never, 100)).toBe("abc def hi");
    expect(found).toEqual([
      { position: 106, cue: 102, correct: "f", wrong: "g" },
      { position: 109, cue: 106, correct: "i", wrong: "j" },
    ]);
  });

  test.each([
    [{ S: ["{T}"] }, "expected a rule called T because S uses it"],
    [{ S: ["a{S"] }, 'expected text, {Name}, < and [a|b] in S, got "{S"'],
    [{ S: ["[a|]"] }, 'got "[a|]"'],
    [{ S: [["a", 0]] as [string, number][] }, 'expected a weight above 0 in S, got 0 for "a"'],
    [{ T: ["a"] }, "expected a rule called S because start uses it"],
  ])("says what is wrong with %j", (rules, message) => {
    expect(() => new Grammar(rules, "S")).toThrow(message);
  });

  test("refuses rules that never end, and left recursion when reading", () => {
    expect(() => new Grammar({ S: ["a{S}"] }, "S").entropy()).toThrow("repeats itself for ever");
    expect(() => new Grammar({ S: ["a", "{S}b"] }, "S").logProbability("ab")).toThrow(
      "left recursion",
    );
  });
});
