import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../tensor/random.ts";
import { kFold, rollingOrigin } from "./folds.ts";

const indices = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("kFold", () => {
  const cases = fc.record({
    n: fc.integer({ min: 10, max: 120 }),
    k: fc.integer({ min: 2, max: 10 }),
    seed: fc.nat(),
  });

  test("every item is validated once and trained on in all other folds, in folds of one size", () => {
    fc.assert(
      fc.property(cases, ({ n, k, seed }) => {
        const folds = kFold(indices(n), k, { generator: new RandomGenerator(seed) });
        expect(folds.length).toBe(k);
        const validated = folds.flatMap(({ validation }) => [...validation.indices]);
        expect(validated.sort((a, b) => a - b)).toEqual(indices(n));
        for (const { train, validation } of folds) {
          expect(Math.abs(validation.length - n / k)).toBeLessThan(1);
          const both = [...train.indices, ...validation.indices].sort((a, b) => a - b);
          expect(both).toEqual(indices(n));
        }
      }),
    );
  });

  test("with stratifyBy, the folds differ by at most one item of any class", () => {
    const labels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 10, maxLength: 100 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 2, max: 5 }), fc.nat(), (list, k, seed) => {
        const folds = kFold(list, k, {
          stratifyBy: (label) => label,
          generator: new RandomGenerator(seed),
        });
        for (const label of new Set(list)) {
          const counts = folds.map(
            ({ validation }) => validation.indices.filter((i) => list[i] === label).length,
          );
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("with groupBy, no key is on both sides of a fold", () => {
    const speakers = indices(60).map((i) => i % 9);
    for (const { train, validation } of kFold(speakers, 3, { groupBy: (speaker) => speaker })) {
      const known = new Set(Array.from(train.indices, (index) => speakers[index]));
      for (const index of validation.indices) expect(known).not.toContain(speakers[index]);
      expect(validation.length).toBeGreaterThan(12);
    }
  });

  test("refuses more folds than items or groups", () => {
    expect(() => kFold([1, 2], 3)).toThrow("at least 3 items or groups because k is 3");
    expect(() => kFold([1, 1, 2, 2], 3, { groupBy: (it) => it })).toThrow("Lower k");
    expect(() => kFold([1, 2], 1)).toThrow("expected k to be a whole number of at least 2");
  });
});

describe("rollingOrigin", () => {
  const cases = fc.record({
    folds: fc.integer({ min: 1, max: 5 }),
    validationSize: fc.integer({ min: 1, max: 6 }),
    gap: fc.integer({ min: 0, max: 4 }),
    maxTrainSize: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
    extra: fc.integer({ min: 1, max: 30 }),
  });

  test("trains on what lies before the gap, validates on what follows, and ends with the data", () => {
    fc.assert(
      fc.property(cases, ({ extra, ...options }) => {
        const { folds, validationSize, gap, maxTrainSize } = options;
        const n = folds * validationSize + gap + extra;
        const made = rollingOrigin(indices(n), options);
        expect(made.length).toBe(folds);
        made.forEach(({ train, validation }, fold) => {
          const origin = n - (folds - fold) * validationSize;
          expect([...validation.indices]).toEqual(
            indices(n).slice(origin, origin + validationSize),
          );
          const past = indices(origin - gap);
          expect([...train.indices]).toEqual(maxTrainSize ? past.slice(-maxTrainSize) : past);
        });
      }),
    );
  });

  test("by default cuts as scikit-learn's TimeSeriesSplit(n_splits=3) does ten items", () => {
    const folds = rollingOrigin(indices(10), { folds: 3 });
    expect(folds.map(({ train }) => train.length)).toEqual([4, 6, 8]);
    expect(folds.map(({ validation }) => [...validation.indices])).toEqual([
      [4, 5],
      [6, 7],
      [8, 9],
    ]);
  });

  test("refuses folds with nothing to train on", () => {
    expect(() => rollingOrigin([1, 2, 3], { folds: 3 })).toThrow(
      "rollingOrigin: expected at least 4 items for 3 folds of 1 with a gap of 0, got 3.",
    );
    expect(() => rollingOrigin([1, 2, 3], { gap: -1 })).toThrow("expected gap");
  });
});
