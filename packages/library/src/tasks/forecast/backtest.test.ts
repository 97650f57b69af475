import { RandomGenerator } from "unrolled";
import { describe, expect, test } from "vitest";
import { backtest } from "./backtest.ts";
import { classicalForecasters } from "./baselines/index.ts";
import type { FittedForecaster, Forecaster } from "./forecaster.ts";
import { QUANTILE_LEVELS } from "./forecaster.ts";
import type { SeriesSet } from "./series.ts";
import { testFrom } from "./split.ts";

/** Two noisy seasons of a week on a trend, one of them with gaps. */
function twoSeries(length = 140): SeriesSet {
  const noise = new RandomGenerator(1);
  const values = (level: number) =>
    Float64Array.from(
      { length },
      (_, t) => level + 0.05 * t + 3 * Math.sin((2 * Math.PI * t) / 7) + noise.normal(),
    );
  const gappy = values(50).map((value, t) => (t < 5 || t % 11 === 3 ? NaN : value));
  const times = Float64Array.from({ length }, (_, i) => Date.UTC(2024, 0, 1 + i));
  return {
    frequency: { unit: "day", count: 1 },
    targets: ["y"],
    knownCovariates: [],
    observedCovariates: [],
    series: [
      { id: "a", times, columns: { y: values(20) } },
      { id: "b", times, columns: { y: gappy } },
    ],
  };
}

/** Everything from `row` on is another's: shuffled, and far away. */
function otherFuture(set: SeriesSet, row: number): SeriesSet {
  const order = new RandomGenerator(9).permutation(set.series[0].times.length - row);
  return {
    ...set,
    series: set.series.map((series) => {
      const columns: Record<string, Float64Array> = {};
      for (const [name, values] of Object.entries(series.columns)) {
        columns[name] = values.slice();
        order.forEach((from, i) => (columns[name][row + i] = 1e3 + 7 * values[row + from]));
      }
      return { ...series, columns };
    }),
  };
}

describe("no forecast knows the future", () => {
  const set = twoSeries();
  const cut = 120;

  test.each(classicalForecasters(7).map((forecaster) => [forecaster.name, forecaster] as const))(
    "%s: another future changes no forecast of the backtest up to it, whether refitted or not",
    async (_, forecaster) => {
      for (const refitEvery of [undefined, 4]) {
        const options = { horizon: 6, from: () => 100, to: () => cut, refitEvery };
        const forecasts = (await backtest(forecaster, set, options)).examples;
        const others = await backtest(forecaster, otherFuture(set, cut - 6), options);
        expect(forecasts.length).toBeGreaterThan(4);
        const wanted = forecasts.map(({ targets }) => targets);
        expect(others.examples.map(({ targets }) => targets)).toEqual(wanted);
      }
    },
  );

  test("a forecast is the same alone and among others, in any order", async () => {
    for (const forecaster of classicalForecasters(7)) {
      const fitted = await forecaster.fit(set, { horizon: 3, seed: 1 });
      const contexts = [90, 30, 139, 12].flatMap((row) =>
        set.series.map((series) => ({
          series: {
            ...series,
            times: series.times.subarray(0, row),
            columns: { y: series.columns.y.subarray(0, row) },
          },
          future: { times: series.times.subarray(row, row + 3), known: {} },
        })),
      );
      const together = await fitted.forecast(contexts);
      for (const [i, context] of contexts.entries()) {
        expect(await fitted.forecast([context])).toEqual([together[i]]);
      }
    }
  });
});

/** Says where it was asked, by forecasting the last value it saw; counts its fits. */
function lastValue(seen: number[]): Forecaster {
  const fitted: FittedForecaster = {
    name: "last",
    details: "",
    forecast: (contexts) =>
      Promise.resolve(
        contexts.map(({ series, future }) => {
          const mean = future.times.map(() => series.columns.y[series.columns.y.length - 1]);
          const quantiles = QUANTILE_LEVELS.map(() => mean);
          return { id: series.id, times: future.times, targets: { y: { mean, quantiles } } };
        }),
      ),
  };
  return {
    name: "last",
    fit(train) {
      seen.push(train.series[0].times.length);
      return Promise.resolve(fitted);
    },
  };
}

function counting(length: number): SeriesSet {
  const values = Float64Array.from({ length }, (_, t) => t);
  return {
    frequency: { unit: "step", count: 1 },
    targets: ["y"],
    knownCovariates: [],
    observedCovariates: [],
    series: [{ id: "", times: values, columns: { y: values } }],
  };
}

describe("backtest", () => {
  test("stands at every origin from the first to the last with a whole horizon after it", async () => {
    const result = await backtest(lastValue([]), counting(20), { horizon: 3, from: () => 10 });
    expect(result.origins).toBe(8);
    // The last value seen is 1, 2 and 3 behind.
    expect(result.scores.y.byHorizon.map(({ mae }) => mae)).toEqual([1, 2, 3]);
    expect(result.losses.y.times).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
    expect(result.residuals.y).toEqual(new Array(8).fill(1));
    const wide = await backtest(lastValue([]), counting(20), {
      horizon: 3,
      from: () => 10,
      step: 3,
    });
    expect(wide.losses.y.times).toEqual([10, 13, 16]);
  });

  test("fits once on what is before the first origin, or again on what is known by then", async () => {
    const once: number[] = [];
    await backtest(lastValue(once), counting(20), { horizon: 1, from: () => 12, step: 2 });
    expect(once).toEqual([12]);
    const again: number[] = [];
    await backtest(lastValue(again), counting(20), {
      horizon: 1,
      from: () => 12,
      step: 2,
      refitEvery: 2,
    });
    expect(again).toEqual([12, 16]);
  });

  test("keeps forecasts for plots that end with the series and do not overlap", async () => {
    const { examples } = await backtest(lastValue([]), counting(40), {
      horizon: 4,
      from: () => 20,
    });
    expect(examples.map(({ times }) => times[0])).toEqual([20, 24, 28, 32, 36]);
  });

  test("says how many rows are missing where the horizon is longer than the test part", async () => {
    const run = backtest(lastValue([]), counting(20), { horizon: 5, from: () => 17 });
    await expect(run).rejects.toThrow("at least 5 rows in the test part");
    await expect(run).rejects.toThrow("got 3. Hold out more, or forecast fewer steps.");
  });

  test("refuses to go on once its signal is aborted", async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    const options = { horizon: 1, from: () => 5, signal: controller.signal, onProgress };
    await expect(backtest(lastValue([]), counting(900), options)).rejects.toThrow("enough");
  });
});

describe("testFrom", () => {
  const set = counting(10);
  test("takes a share of the rows or a number of steps, at one moment for all series", () => {
    const late = { id: "late", times: Float64Array.of(7, 8, 9), columns: {} };
    const both = { ...set, series: [...set.series, late] };
    expect(both.series.map(testFrom(both, 2))).toEqual([8, 1]);
    expect(set.series.map(testFrom(set, 0.33))).toEqual([6]);
  });
  test.each([0, 1.5, -1, NaN, 10, 0.99])("refuses %d of ten steps", (size) => {
    expect(() => testFrom(set, size)).toThrow("expected");
  });
});
