import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../tensor/random.ts";
import type { Subset } from "./dataset.ts";
import { checkDisjoint, randomSplit, splitByTime } from "./split.ts";

const indices = (n: number) => Array.from({ length: n }, (_, i) => i);
const ascending = (a: number, b: number) => a - b;
const allOf = (parts: Record<string, Subset<unknown>>) =>
  Object.values(parts)
    .flatMap((part) => [...part.indices])
    .sort(ascending);

const SHARES = { train: 0.7, validation: 0.2, test: 0.1 };
const cases = fc.record({ n: fc.integer({ min: 10, max: 200 }), seed: fc.nat() });

describe("randomSplit", () => {
  test("every item is in exactly one part, each part has its share, and the seed decides", () => {
    fc.assert(
      fc.property(cases, ({ n, seed }) => {
        const split = () =>
          randomSplit(indices(n), SHARES, { generator: new RandomGenerator(seed) });
        const parts = split();
        expect(allOf(parts)).toEqual(indices(n));
        for (const [name, part] of Object.entries(parts)) {
          expect(Math.abs(part.length - SHARES[name as keyof typeof SHARES] * n)).toBeLessThan(1);
        }
        expect(split()).toEqual(parts);
      }),
    );
    const train = (seed: number) =>
      randomSplit(indices(50), SHARES, { generator: new RandomGenerator(seed) }).train.indices;
    expect(train(1)).not.toEqual(train(2));
  });

  test("every item is equally likely to be held out", () => {
    const held = new Array<number>(10).fill(0);
    const generator = new RandomGenerator(1);
    for (let i = 0; i < 2000; i++) {
      const { test } = randomSplit(indices(10), { train: 0.8, test: 0.2 }, { generator });
      for (const index of test.indices) held[index]++;
    }
    // 400 each, with a standard deviation of √(2000 · 0.2 · 0.8) ≈ 18.
    for (const times of held) expect(Math.abs(times - 400)).toBeLessThan(5 * 18);
  });

  test("shares below 1 leave the rest out", () => {
    const { a, b } = randomSplit(indices(100), { a: 0.1, b: 0.2 });
    expect([a.length, b.length]).toEqual([10, 20]);
    checkDisjoint({ a, b }, (item) => item);
  });

  test("with groupBy, no key is in two parts and nothing is lost", () => {
    const keys = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 60, maxLength: 200 });
    fc.assert(
      fc.property(keys, fc.nat(), (list, seed) => {
        fc.pre(new Set(list).size >= 15);
        const parts = randomSplit(
          list,
          { train: 0.6, test: 0.4 },
          { groupBy: (key) => key, generator: new RandomGenerator(seed) },
        );
        checkDisjoint(parts, (key) => key);
        expect(allOf(parts)).toEqual(indices(list.length));
        const largest = Math.max(...list.map((key) => list.filter((it) => it === key).length));
        expect(Math.abs(parts.train.length - 0.6 * list.length)).toBeLessThanOrEqual(largest);
      }),
    );
  });

  test("with stratifyBy, every part has its share of every class", () => {
    const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 300 });
    fc.assert(
      fc.property(labels, fc.nat(), (list, seed) => {
        const parts = randomSplit(list, SHARES, {
          stratifyBy: (label) => label,
          generator: new RandomGenerator(seed),
        });
        expect(allOf(parts)).toEqual(indices(list.length));
        for (const label of new Set(list)) {
          const total = list.filter((it) => it === label).length;
          for (const [name, part] of Object.entries(parts)) {
            const has = part.indices.filter((index) => list[index] === label).length;
            const share = SHARES[name as keyof typeof SHARES];
            expect(Math.abs(has - share * total)).toBeLessThan(2);
          }
        }
      }),
    );
  });

  test.each([
    [{ train: 0.8, test: 0.3 }, "sum to at most 1, got train 0.8 + test 0.3 = 1.1"],
    [{ train: 0.8, test: -0.2 }, "the share of test to be above 0 and at most 1, got -0.2"],
    [{ train: 80, test: 20 }, "the share of train to be above 0 and at most 1, got 80"],
    [{ train: NaN }, "got NaN"],
    [{}, "at least one part"],
    [{ train: 0.9, test: 0.1 }, "test came out empty, with a share of 0.1 of 3 items"],
  ])("refuses %j of three items", (shares, message) => {
    expect(() => randomSplit<number, Record<string, number>>([1, 2, 3], shares)).toThrow(message);
  });

  test("refuses to split one group in two, and groups together with classes", () => {
    const options = { groupBy: () => "one" };
    expect(() => randomSplit([1, 2, 3, 4], { a: 0.5, b: 0.5 }, options)).toThrow(
      "b came out empty",
    );
    const both = { groupBy: () => 1, stratifyBy: () => 1 };
    expect(() => randomSplit([1, 2], { a: 1 }, both)).toThrow("got both");
  });
});

describe("splitByTime", () => {
  test("the parts are the data set, cut", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 200 }), (n) => {
        const parts = splitByTime(indices(n), SHARES);
        expect(Object.values(parts).flatMap((part) => [...part.indices])).toEqual(indices(n));
      }),
    );
  });

  test("with timeOf, nothing in a part happened before or while something in an earlier one did", () => {
    const times = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 60, maxLength: 150 });
    fc.assert(
      fc.property(times, (list) => {
        const parts = splitByTime(list, { train: 0.6, test: 0.4 }, { timeOf: (time) => time });
        expect(allOf(parts)).toEqual(indices(list.length));
        const latest = Math.max(...Array.from(parts.train.indices, (index) => list[index]));
        const earliest = Math.min(...Array.from(parts.test.indices, (index) => list[index]));
        expect(latest).toBeLessThan(earliest);
      }),
    );
  });

  test("leaves out a gap between the parts", () => {
    const { a, b } = splitByTime(indices(10), { a: 0.5, b: 0.5 }, { gap: 2 });
    expect([[...a.indices], [...b.indices]]).toEqual([
      [0, 1, 2, 3, 4],
      [7, 8, 9],
    ]);
  });

  test("refuses a gap that eats a part, and times that are none", () => {
    expect(() => splitByTime([1, 2, 3, 4], { a: 0.5, b: 0.5 }, { gap: 2 })).toThrow(
      "b came out empty",
    );
    expect(() => splitByTime([1, 2], { a: 0.5, b: 0.5 }, { gap: -1 })).toThrow("expected gap");
    expect(() => splitByTime([1, 2], { a: 1 }, { timeOf: () => NaN })).toThrow(
      "timeOf to give a number, got NaN for item 0",
    );
  });
});

describe("checkDisjoint", () => {
  test("names the first key in two parts, and counts them", () => {
    const parts = { train: ["a", "b", "c", "c"], test: ["d", "c", "a", "c"] };
    expect(() => checkDisjoint(parts, (word) => word)).toThrow(
      'checkDisjoint: "c" is in train (item 2) and in test (item 1); 2 of 4 keys are in more than one part.',
    );
    checkDisjoint({ train: ["a", "a"], test: ["b"] }, (word) => word);
  });
});
