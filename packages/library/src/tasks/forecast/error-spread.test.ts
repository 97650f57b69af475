import { RandomGenerator, studentTQuantile } from "unrolled";
import { describe, expect, test } from "vitest";
import { ErrorSpread, recentErrors, type PastForecast } from "./error-spread.ts";
import { QUANTILE_LEVELS } from "./forecaster.ts";

const recent = { additive: 1, log: 1 };
const at = (level: number) => QUANTILE_LEVELS.indexOf(level);

describe("ErrorSpread", () => {
  test("bounds hold the share of new errors that they promise, also if these are lopsided", () => {
    const generator = new RandomGenerator(1);
    const draw = () => Math.exp(generator.normal()) - 5;
    const past = Array.from({ length: 2000 }, (): PastForecast => ({
      predicted: [0],
      actual: [draw()],
      recent,
    }));
    const quantiles = ErrorSpread.of(past, 1).quantiles([0], recent);
    const fresh = Array.from({ length: 20_000 }, draw);
    QUANTILE_LEVELS.forEach((level, i) => {
      const below = fresh.filter((error) => error <= quantiles[i][0]).length / fresh.length;
      expect(Math.abs(below - level)).toBeLessThan(0.03); // 2.7 standard errors of 2,000 draws
    });
  });

  test("errors that grow with the level are taken on the log scale, and stay positive", () => {
    const generator = new RandomGenerator(2);
    const past = Array.from({ length: 500 }, (_, i): PastForecast => {
      const level = 1 + i;
      return { predicted: [level], actual: [level * Math.exp(0.5 * generator.normal())], recent };
    });
    const spread = ErrorSpread.of(past, 1);
    expect(spread.scale).toBe("log");
    const [low, high] = [at(0.025), at(0.975)].map((i) => spread.quantiles([100], recent)[i][0]);
    expect(low).toBeGreaterThan(30);
    expect(high / 100).toBeCloseTo(100 / low, 0);
  });

  test("intervals widen after wild times if errors come in such, and only then", () => {
    const generator = new RandomGenerator(3);
    const pastOf = (followsRecent: boolean) =>
      Array.from({ length: 400 }, (_, i): PastForecast => {
        const wild = i % 2 ? 5 : 1;
        const error = (followsRecent ? wild : 2) * generator.normal();
        return { predicted: [0], actual: [error], recent: { additive: wild, log: 0 } };
      });
    const width = (spread: ErrorSpread, wild: number) =>
      spread.quantiles([0], { additive: wild, log: 0 })[at(0.9)][0];
    const following = ErrorSpread.of(pastOf(true), 1);
    expect(width(following, 5) / width(following, 1)).toBeCloseTo(5, 10);
    const steady = ErrorSpread.of(pastOf(false), 1);
    expect(width(steady, 5)).toBe(width(steady, 1));
  });

  test("few errors give Student's quantiles; steps that no error reached widen like a random walk", () => {
    const past: PastForecast[] = [2, -2, 2, -2].map((error) => ({
      predicted: [0, 0],
      actual: [error, NaN],
      recent,
    }));
    const quantiles = ErrorSpread.of(past, 4).quantiles([0, 0, 0, 0], recent);
    const reach = 2 * studentTQuantile(0.9, 3);
    const bounds = Array.from(quantiles[at(0.9)]);
    bounds.forEach((bound, h) => expect(bound).toBeCloseTo(reach * Math.sqrt(h + 1), 10));
  });

  test("a forecaster that was never wrong promises to be right", () => {
    const past = Array.from({ length: 50 }, () => ({ predicted: [3], actual: [3], recent }));
    const quantiles = ErrorSpread.of(past, 2).quantiles([3, 3], { additive: 0, log: 0 });
    expect(quantiles.map(([first]) => first)).toEqual(QUANTILE_LEVELS.map(() => 3));
  });
});

test("recentErrors weighs the last error most and skips missing ones", () => {
  expect(recentErrors([3, NaN, 3])).toBeCloseTo(3, 12);
  expect(recentErrors([1, 4])).toBeGreaterThan(recentErrors([4, 1]));
  expect(recentErrors([NaN])).toBe(0);
});
