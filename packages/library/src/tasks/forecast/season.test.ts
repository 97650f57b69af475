import { RandomGenerator } from "unrolled";
import { describe, expect, test } from "vitest";
import { timesAfter, type Frequency } from "./frequency.ts";
import { detectSeason } from "./season.ts";

function seasonOf(frequency: Frequency, values: number[]): number {
  const times = timesAfter(Date.UTC(2020, 0, 1), values.length, frequency);
  return detectSeason({
    frequency,
    targets: ["y"],
    knownCovariates: [],
    observedCovariates: [],
    series: [{ id: "", times, columns: { y: Float64Array.from(values) } }],
  });
}

const wave = (length: number, season: number, t0 = 0) =>
  Array.from({ length }, (_, t) => Math.sin((2 * Math.PI * (t + t0)) / season));

describe("detectSeason", () => {
  const noise = new RandomGenerator(4);

  test("finds a year in months on top of a trend and as much noise as season", () => {
    const values = wave(120, 12).map((x, t) => x + 0.7 * noise.normal() + 0.3 * t);
    expect(seasonOf({ unit: "month", count: 1 }, values)).toBe(12);
  });

  test("takes a week of hours over a day only if the days of a week differ", () => {
    const day = wave(24 * 7 * 8, 24);
    expect(seasonOf({ unit: "hour", count: 1 }, day)).toBe(24);
    const week = day.map((x, t) => (Math.floor(t / 24) % 7 < 5 ? x : 0.2 * x));
    expect(seasonOf({ unit: "hour", count: 1 }, week)).toBe(168);
  });

  test("finds the length of a wave without a time column by its autocorrelation", () => {
    const values = wave(300, 17).map((x) => x + 0.3 * noise.normal());
    expect(seasonOf({ unit: "step", count: 1 }, values)).toBe(17);
  });

  test.each([1, 2, 3, 4, 5])(
    "sees no season in noise, a random walk and a constant (%i)",
    (seed) => {
      const generator = new RandomGenerator(seed);
      const white = Array.from({ length: 400 }, () => generator.normal());
      let sum = 0;
      const walk = white.map((x) => (sum += x));
      for (const frequency of [
        { unit: "month", count: 1 },
        { unit: "day", count: 1 },
        { unit: "business-day", count: 1 },
      ] as const) {
        expect(seasonOf(frequency, white)).toBe(1);
        expect(seasonOf(frequency, walk)).toBe(1);
      }
      expect(seasonOf({ unit: "hour", count: 1 }, new Array<number>(200).fill(3))).toBe(1);
    },
  );
});
