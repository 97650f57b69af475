import { describe, expect, test } from "vitest";
import type { LocalMethod } from "../local-forecaster.ts";
import { movingAverage } from "./moving-average.ts";
import { drift, persistence, seasonalDrift, seasonalNaive } from "./naive.ts";

function forecast(method: LocalMethod, numbers: readonly number[], horizon: number): number[] {
  const series = { values: Float64Array.from(numbers), firstStep: 0 };
  const model = method.fit(series, { horizon });
  return Array.from(model.forecast(series, [numbers.length], horizon)[0]);
}

describe("forecasts by their formulas", () => {
  test("persistence repeats the last value, drift goes on along the line from first to last", () => {
    expect(forecast(persistence, [4, 9, 7], 2)).toEqual([7, 7]);
    expect(forecast(drift, [4, 9, 7], 3)).toEqual([8.5, 10, 11.5]);
    expect(forecast(drift, [4], 2)).toEqual([4, 4]);
  });

  test("the seasonal naive forecast repeats the last season, beyond its end again", () => {
    expect(forecast(seasonalNaive(3), [9, 9, 1, 2, 3], 5)).toEqual([1, 2, 3, 1, 2]);
    expect(forecast(seasonalNaive(3), [5, 6], 2)).toEqual([6, 5]); // one season before the first is not known
  });

  test("with drift, a season that doubles is forecast to double, and one that rises by 10 to rise", () => {
    const doubling = [1, 3, 2, 2, 6, 4, 4, 12, 8, 8, 24, 16];
    expect(forecast(seasonalDrift(3), doubling, 4).map((x) => Math.round(x * 1e6) / 1e6)).toEqual([
      16, 48, 32, 32,
    ]);
    const rising = [-5, 0, 5, 5, 10, 15, 15, 20, 25, 25, 30, 35];
    expect(forecast(seasonalDrift(3), rising, 4)).toEqual([35, 40, 45, 45]);
  });

  test("the moving average takes the window that was least wrong", () => {
    // Two values that alternate: an even window is never off by more than the other half.
    const alternating = Array.from({ length: 60 }, (_, i) => (i % 2 ? 3 : 1));
    expect(forecast(movingAverage(1), alternating, 2)).toEqual([2, 2]);
    const steps = Array.from({ length: 60 }, (_, i) => Math.floor(i / 20));
    expect(forecast(movingAverage(1), steps, 1)).toEqual([2]);
  });
});
