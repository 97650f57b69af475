import { RandomGenerator } from "unrolled";
import type { Backtest } from "unrolled/tasks/forecast";
import { describe, expect, test } from "vitest";
import { priceVerdict, verdict, type Comparison } from "./comparison.ts";

/** A backtest of 200 origins whose errors have this size. */
function backtestOf(name: string, size: number, seed: number): Backtest {
  const generator = new RandomGenerator(seed);
  const squared = Array.from({ length: 200 }, () => (size * generator.normal()) ** 2);
  const mse = squared.reduce((sum, square) => sum + square, 0) / 200;
  const scores = {
    ...{ count: 200, mae: size, rmse: Math.sqrt(mse), mase: 1, smape: 1, pinball: 1, crps: 1 },
    ...{ coverage: [], calibration: [], scaledMse: mse / 4, scaledMae: size / 2, byHorizon: [] },
    direction: { right: 104, total: 200, interval: { low: 0.45, high: 0.59 } },
  };
  const times = squared.map((_, i) => i);
  return {
    ...{ name, details: "", origins: 200, examples: [], residuals: {} },
    scores: { y: scores },
    losses: { y: { times, absolute: squared.map(Math.sqrt), squared } },
  };
}

const compared = (model: Backtest, ...baselines: Backtest[]): Comparison => ({
  ...{ model, modelName: "LSTM", baselines, horizon: 1, stride: 1, targets: ["y"], series: 1 },
  ...{ isPrice: true, networkShare: 0.5 },
});

describe("verdict", () => {
  const persistence = backtestOf("persistence", 2, 1);
  const drift = backtestOf("drift", 1.5, 2);

  test("says in its first words that a baseline wins, and which", () => {
    const text = verdict(compared(backtestOf("lstm", 3, 3), persistence, drift));
    expect(text).toMatch(
      /^A baseline wins, beyond chance \(Diebold–Mariano p below 0\.001\): drift has RMSE 1\.\d+, the LSTM has RMSE \d\.\d+, \d+(\.\d)? % more\. Forecast this series with the baseline\.$/,
    );
  });

  test("says where the difference may be chance, and gives no advice then", () => {
    const text = verdict(compared(backtestOf("lstm", 1.52, 4), persistence, drift));
    expect(text).toMatch(/though not beyond chance \(Diebold–Mariano p 0\.\d+\)/);
    expect(text).not.toContain("Forecast this series");
  });

  test("names the best baseline where the model is better, and says where its network had no part", () => {
    const comparison = compared(backtestOf("lstm", 0.5, 5), persistence, drift);
    expect(verdict(comparison)).toMatch(
      /^The LSTM is better than every baseline, beyond chance .*: RMSE 0\.\d+; the best of them, drift, has RMSE 1\.\d+/,
    );
    expect(verdict(comparison)).not.toContain("added nothing");
    expect(verdict({ ...comparison, networkShare: 0 })).toContain("network added nothing");
  });

  test("of several series, tells errors that can be averaged", () => {
    const comparison = compared(backtestOf("lstm", 0.5, 5), persistence);
    expect(verdict({ ...comparison, series: 3 })).toMatch(
      /: a scaled MSE of 0\.0\d+; the best of them/,
    );
  });

  test("errors that are rounding are nobody's merit", () => {
    const text = verdict(compared(backtestOf("lstm", 1e-9, 6), backtestOf("drift", 1e-10, 7)));
    expect(text).toMatch(/^The LSTM is as good as drift/);
  });

  test("of prices, compares with a coin and with the last price", () => {
    const text = priceVerdict(compared(backtestOf("lstm", 2.02, 8), persistence));
    expect(text).toMatch(
      /right in 52 % of 200 steps \(95 % interval 45 % to 59 %\): no better than a coin\./,
    );
    expect(text).toMatch(/neither better nor worse beyond chance/);
  });
});
