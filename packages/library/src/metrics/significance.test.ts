import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../tensor/index.ts";
import { bleu } from "./bleu.ts";
import { bootstrapInterval, mean, meanInterval, wilsonInterval } from "./confidence-intervals.ts";
import { studentTQuantile } from "./distributions.ts";
import { dieboldMariano, pairedTTest, permutationTest } from "./significance-tests.ts";

const normals = (n: number, seed: number) => {
  const generator = new RandomGenerator(seed);
  return Array.from({ length: n }, () => generator.normal());
};

describe("bootstrapInterval", () => {
  test("is between the quantiles of all resamples there are", () => {
    // Three items have 27 resamples: the mean's quantiles can be counted.
    const items = [1, 2, 6];
    const all = items.flatMap((a) => items.flatMap((b) => items.map((c) => (a + b + c) / 3)));
    all.sort((a, b) => a - b);
    const { estimate, low, high } = bootstrapInterval(items, {
      confidence: 0.6,
      numResamples: 50_000,
      generator: new RandomGenerator(1),
    });
    expect(estimate).toBe(3);
    // A fifth lies below and a fifth above: the 6th and the 22nd of 27, each of several equals.
    expect(low).toBeCloseTo(all[5], 10);
    expect(high).toBeCloseTo(all[21], 10);
  });

  test("holds the true mean about as often as it says", () => {
    let held = 0;
    for (let seed = 0; seed < 200; seed++) {
      const options = { numResamples: 400, generator: new RandomGenerator(seed), confidence: 0.9 };
      const { low, high } = bootstrapInterval(normals(40, seed + 1000), options);
      if (low <= 0 && high >= 0) held++;
    }
    expect(held).toBeGreaterThan(168); // 180 ± 3 standard deviations, and a little narrow
    expect(held).toBeLessThan(193);
  });

  test("the same seed gives the same interval, of any statistic", () => {
    const pairs = ["a b c d", "a b d c", "d c b a", "a c"].map(
      (text) => [text, "a b c d"] as const,
    );
    const run = () =>
      bootstrapInterval(pairs, {
        statistic: (sample) =>
          bleu(
            sample.map(([hypothesis]) => hypothesis),
            sample.map(([, reference]) => reference),
          ).score,
        numResamples: 50,
        generator: new RandomGenerator(3),
      });
    expect(run()).toEqual(run());
    expect(run().low).toBeLessThan(run().estimate);
  });

  test("says what is wrong", () => {
    expect(() => bootstrapInterval([])).toThrow("expected at least one item, got none");
    expect(() => bootstrapInterval([1, NaN])).toThrow("expected numbers, got a statistic of NaN");
    expect(() => bootstrapInterval([1], { confidence: 95 })).toThrow("such as 0.95, got 95");
    expect(() => bootstrapInterval([1], { numResamples: 0 })).toThrow("expected numResamples");
  });
});

describe("wilsonInterval", () => {
  test("stays within 0 and 1 where nothing or everything succeeded", () => {
    expect(wilsonInterval(0, 5).low).toBe(0);
    expect(wilsonInterval(5, 5).high).toBe(1);
    expect(wilsonInterval(0, 5).high).toBeCloseTo(1 - wilsonInterval(5, 5).low, 12);
  });

  test("says what is wrong", () => {
    expect(() => wilsonInterval(6, 5)).toThrow("at most as many successes as trials, got 6 of 5");
    expect(() => wilsonInterval(0, 0)).toThrow(
      "expected trials to be a whole number of at least 1",
    );
    expect(() => wilsonInterval(0.5, 2)).toThrow("expected successes to be a whole number");
  });
});

describe("permutationTest", () => {
  test("random exchanges come near the exact share", () => {
    const [a, b] = [normals(12, 1).map((x) => x + 0.5), normals(12, 2)];
    const exact = permutationTest(a, b, { numResamples: 4096 }).pValue;
    const options = { numResamples: 4095, generator: new RandomGenerator(1) };
    expect(permutationTest(a, b, options).pValue).not.toBe(exact);
    expect(permutationTest(a, b, options).pValue).toBeCloseTo(exact, 1.5);
  });

  test("equal systems have p-value 1; it is never 0", () => {
    const scores = normals(30, 3);
    const options = { numResamples: 99, generator: new RandomGenerator(1) };
    expect(permutationTest(scores, scores, options).pValue).toBe(1);
    const better = scores.map((x) => x + 5);
    expect(permutationTest(better, scores, options).pValue).toBe(0.01);
  });

  test("of systems that do not differ is below 0.1 in a tenth of the cases", () => {
    let below = 0;
    for (let seed = 0; seed < 400; seed++) {
      const [a, b] = [normals(8, seed), normals(8, seed + 5000)];
      if (permutationTest(a, b).pValue <= 0.1) below++;
    }
    expect(below / 400).toBeGreaterThan(0.055);
    expect(below / 400).toBeLessThan(0.145);
  });

  test("takes any statistic of what both systems got", () => {
    const largest = (x: number[], y: number[]) => Math.max(...x) - Math.max(...y);
    expect(permutationTest([1, 9], [2, 3], { statistic: largest })).toEqual({
      statistic: 6,
      pValue: 1,
    });
  });

  test("says what is wrong", () => {
    expect(() => permutationTest([1], [])).toThrow("two lists of one length, got 1 and 0");
    expect(() => permutationTest([NaN], [1])).toThrow("expected numbers, got a statistic of NaN");
  });
});

describe("dieboldMariano", () => {
  test("changes its sign with the order of the forecasts, and nothing else", () => {
    const [a, b] = [normals(50, 1).map(Math.abs), normals(50, 2).map((x) => Math.abs(2 * x))];
    const [one, other] = [
      dieboldMariano(a, b, { horizon: 2 }),
      dieboldMariano(b, a, { horizon: 2 }),
    ];
    expect(one.statistic).toBeLessThan(0);
    expect(other.statistic).toBeCloseTo(-one.statistic, 12);
    expect(other.pValue).toBeCloseTo(one.pValue, 12);
    expect(one.pValue).toBeLessThan(0.01);
  });

  test("without overlap it is the t-test of the differences", () => {
    const d = normals(20, 4);
    const spread = Math.sqrt(d.reduce((sum, x) => sum + (x - mean(d)) ** 2, 0) / 19 / 20);
    const zeros = d.map(() => 0);
    expect(dieboldMariano(d, zeros).statistic).toBeCloseTo(mean(d) / spread, 12);
  });

  test("says what is wrong", () => {
    expect(() => dieboldMariano([1, 2], [1, 2])).toThrow("always equally far apart?");
    expect(() => dieboldMariano([1, 2], [1, 3], { horizon: 2 })).toThrow("expected more than 2");
    expect(() => dieboldMariano([1, 2], [1])).toThrow("as many lossesA as lossesB, got 2 and 1");
    expect(() => dieboldMariano([1, 0, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0], { horizon: 2 })).toThrow(
      "Try a shorter horizon.",
    );
  });
});

describe("Student's t", () => {
  test.each([
    // As tables print them, with more digits: https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm
    [0.975, 1, 12.706204736432095],
    [0.995, 2, 9.924843200918287],
    [0.975, 4, 2.7764451051977987],
    [0.95, 30, 1.6972608865939574],
    [0.5, 3, 0],
  ])("has its %d quantile with %d degrees of freedom at %d", (p, df, t) => {
    expect(studentTQuantile(p, df)).toBeCloseTo(t, 9);
  });

  test("gives intervals that hold the true mean of five numbers as often as they say", () => {
    let held = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const { low, high } = meanInterval(normals(5, seed), { confidence: 0.9 });
      if (low <= 0 && high >= 0) held++;
    }
    expect(held).toBeGreaterThan(871); // 900 ± 3 standard deviations
    expect(held).toBeLessThan(929);
  });

  test("finds a difference between equals one time in twenty, and a steady one nearly always", () => {
    const found = (shift: number) => {
      let count = 0;
      for (let seed = 0; seed < 1000; seed++) {
        const a = normals(5, seed);
        const b = normals(5, seed + 5000).map((x, i) => a[i] + shift + 0.1 * x);
        if (pairedTTest(a, b).pValue < 0.05) count++;
      }
      return count / 1000;
    };
    expect(Math.abs(found(0) - 0.05)).toBeLessThan(0.021); // three standard deviations
    expect(found(0.5)).toBeGreaterThan(0.99);
  });

  test("does not divide by a spread of 0", () => {
    expect(pairedTTest([1, 2, 3], [1, 2, 3])).toEqual({ statistic: 0, pValue: 1 });
    expect(pairedTTest([2, 3, 4], [1, 2, 3])).toEqual({ statistic: 1, pValue: 0 });
    expect(meanInterval([2, 2])).toEqual({ estimate: 2, low: 2, high: 2 });
  });

  test("says what is wrong", () => {
    expect(() => pairedTTest([1, 2], [1])).toThrow("at least 2, got 2 and 1");
    expect(() => pairedTTest([1], [1])).toThrow("at least 2, got 1 and 1");
    expect(() => meanInterval([1])).toThrow("at least two numbers, got 1");
  });
});
