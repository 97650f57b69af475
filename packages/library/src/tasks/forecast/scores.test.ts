import { crpsGaussian, mae, mase, normalQuantile, RandomGenerator, rmse, smape } from "unrolled";
import { describe, expect, test } from "vitest";
import { QUANTILE_LEVELS } from "./forecaster.ts";
import { scaleOf, ScoreSums } from "./scores.ts";

/** Normal forecasts of two steps, and what came. */
function normalForecasts(count: number, spread: number) {
  const generator = new RandomGenerator(5);
  return Array.from({ length: count }, () => {
    const mean = Float64Array.from([10 * generator.normal(), 10 * generator.normal()]);
    const quantiles = QUANTILE_LEVELS.map((p) => mean.map((m) => m + spread * normalQuantile(p)));
    return { forecast: { mean, quantiles }, actual: mean.map((m) => m + 2 * generator.normal()) };
  });
}

const history = [3, 5, 4, 8, 6, 7];
const scale = scaleOf(history, 2);

describe("ScoreSums", () => {
  const items = normalForecasts(3000, 2);
  const sums = new ScoreSums(2);
  for (const { forecast, actual } of items) sums.add(forecast, actual, 0, scale);
  const scores = sums.scores()!;
  const predictions = items.flatMap(({ forecast }) => [...forecast.mean]);
  const targets = items.flatMap(({ actual }) => [...actual]);

  test("errors are those of the library's metrics over all values", () => {
    expect(scores.count).toBe(6000);
    expect(scores.mae).toBeCloseTo(mae(predictions, targets), 10);
    expect(scores.rmse).toBeCloseTo(rmse(predictions, targets), 10);
    expect(scores.smape).toBeCloseTo(smape(predictions, targets), 10);
    expect(scores.mase).toBeCloseTo(mase(predictions, targets, { history, seasonality: 2 }), 10);
    const std = Math.sqrt(history.reduce((sum, y) => sum + (y - 5.5) ** 2, 0) / 6);
    expect(scores.scaledMse).toBeCloseTo(rmse(predictions, targets) ** 2 / std ** 2, 10);
    const second = items.map(({ forecast, actual }) => Math.abs(forecast.mean[1] - actual[1]));
    expect(scores.byHorizon[1].mae).toBeCloseTo(mae(second, new Array<number>(3000).fill(0)), 10);
  });

  test("the CRPS of quantiles is that of the distribution they come from, within 2 %", () => {
    const exact = crpsGaussian(predictions, new Array<number>(6000).fill(2), targets);
    expect(Math.abs(scores.crps / exact - 1)).toBeLessThan(0.02);
  });

  test("calibrated forecasts cover what they promise, and those half as wide do not", () => {
    for (const { interval, share } of scores.coverage) {
      expect(Math.abs(share - interval)).toBeLessThan(0.025); // 4 standard errors of 6,000
    }
    for (const { level, share } of scores.calibration) {
      expect(Math.abs(share - level)).toBeLessThan(0.025);
    }
    const narrow = new ScoreSums(2);
    for (const { forecast, actual } of normalForecasts(3000, 1))
      narrow.add(forecast, actual, 0, scale);
    expect(narrow.scores()!.coverage[1].share).toBeLessThan(0.55); // 2·Φ(0.64) − 1 = 0.48
  });

  test("counts directions one step ahead, without steps in which nothing moved", () => {
    const sums = new ScoreSums(1);
    const at = (value: number) => ({
      mean: Float64Array.of(value),
      quantiles: QUANTILE_LEVELS.map(() => Float64Array.of(value)),
    });
    sums.add(at(11), [12], 10, scale); // up, up
    sums.add(at(9), [12], 10, scale); //  down, up
    sums.add(at(10), [12], 10, scale); // says nothing
    sums.add(at(11), [10], 10, scale); // nothing moved
    sums.add(at(8), [1], 10, scale); //   down, down
    expect(sums.scores()!.direction).toMatchObject({ right: 2, total: 3 });
  });

  test("leaves out what did not come, and has no score of nothing", () => {
    const sums = new ScoreSums(2);
    const { forecast } = items[0];
    expect(sums.add(forecast, [NaN, NaN], 0, scale).absolute).toBeNaN();
    expect(sums.scores()).toBeNull();
    const { absolute, squared } = sums.add(forecast, [NaN, forecast.mean[1] + 3], 0, scale);
    expect(absolute).toBeCloseTo(3 / scale.std, 10);
    expect(squared).toBeCloseTo(9 / scale.std ** 2, 10);
    expect(sums.scores()).toMatchObject({ count: 1, mae: 3 });
  });

  test("a series that repeats itself has no MASE", () => {
    const sums = new ScoreSums(2);
    sums.add(items[0].forecast, items[0].actual, 0, scaleOf([1, 2, 1, 2], 2));
    expect(sums.scores()!.mase).toBeNull();
  });
});
