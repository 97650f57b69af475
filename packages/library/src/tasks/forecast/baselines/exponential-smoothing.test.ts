import { RandomGenerator } from "unrolled";
import { describe, expect, test } from "vitest";
import {
  exponentialSmoothing,
  fitWeights,
  smoothingModel,
  smoothingStart,
  squaredErrors,
  type SmoothingForm,
  type SmoothingStart,
  type SmoothingWeights,
} from "./exponential-smoothing.ts";

const SEASON = 3;
const FORMS: SmoothingForm[] = (["none", "linear", "damped"] as const).flatMap((trend) =>
  (["none", "additive", "multiplicative"] as const).map((seasonal) => ({
    trend,
    seasonal,
    season: SEASON,
  })),
);
const nameOf = ({ trend, seasonal }: SmoothingForm) => `trend ${trend}, season ${seasonal}`;
const series = (values: Float64Array) => ({ values, firstStep: 0 });

function noisy(length: number): Float64Array {
  const noise = new RandomGenerator(2);
  const shape = [8, 14, 9];
  return Float64Array.from(
    { length },
    (_, t) => shape[t % SEASON] * (1 + 0.02 * t) + noise.normal(),
  );
}

/**
 * The same models in the form of error correction (Hyndman et al. 2008, tables 2.2 and 2.3): everything
 * moves by a share of the last error e = y − ŷ.
 */
function byErrorCorrection(
  values: Float64Array,
  { trend, seasonal }: SmoothingForm,
  { alpha, beta, gamma, phi }: SmoothingWeights,
  start: SmoothingStart,
  horizon: number,
): number[] {
  let { level, trend: slope } = start;
  if (trend === "none") slope = 0;
  const damping = trend === "none" ? 1 : phi;
  const seasons = seasonal === "none" ? [] : Array.from(start.seasons);
  const seasonAt = (t: number) => (seasonal === "none" ? 0 : seasons[t % SEASON]);
  values.forEach((y, t) => {
    const s = seasonAt(t);
    const before = level + damping * slope;
    const error = seasonal === "multiplicative" ? y - before * s : y - before - s;
    const [toLevel, toSeason] =
      seasonal === "multiplicative" ? [error / s, error / before] : [error, error];
    level = before + alpha * toLevel;
    if (trend !== "none") slope = damping * slope + alpha * beta * toLevel;
    if (seasonal !== "none") seasons[t % SEASON] = s + gamma * toSeason;
  });
  let reach = 0;
  return Array.from({ length: horizon }, (_, h) => {
    reach += damping ** (h + 1);
    const value = level + reach * slope;
    const s = seasonAt(values.length + h);
    return seasonal === "multiplicative" ? value * s : value + s;
  });
}

describe("exponential smoothing", () => {
  const values = noisy(40);
  const weights = { alpha: 0.3, beta: 0.2, gamma: 0.4, phi: 0.9 };

  test.each(FORMS.map((form) => [nameOf(form), form] as const))(
    "%s: forecasts as the form of error correction does",
    (_, form) => {
      const own = { ...weights, phi: form.trend === "linear" ? 1 : weights.phi };
      const seasons = form.seasonal === "multiplicative" ? [0.8, 1.3, 0.9] : [-2, 3, -1];
      const start = { level: 9, trend: 0.2, seasons };
      const [forecast] = smoothingModel(form, own, start).forecast(series(values), [40], 5);
      byErrorCorrection(values, form, own, start, 5).forEach((wanted, h) => {
        expect(forecast[h]).toBeCloseTo(wanted, 9);
      });
    },
  );

  test.each(FORMS.map((form) => [nameOf(form), form] as const))(
    "%s: no weights on a grid fit better than those found, by more than 1 %%",
    (_, form) => {
      const start = smoothingStart(values, form);
      const errorsOf = (own: SmoothingWeights) => squaredErrors(values, form, own, start);
      let best = Infinity;
      for (let alpha = 0.05; alpha < 1; alpha += 0.1) {
        for (const beta of [0.01, 0.2, 0.6]) {
          for (const gamma of [0.01, 0.3]) {
            const phi = form.trend === "damped" ? 0.95 : 1;
            best = Math.min(best, errorsOf({ alpha, beta, gamma: gamma * (1 - alpha), phi }));
          }
        }
      }
      expect(errorsOf(fitWeights(values, form))).toBeLessThan(1.01 * best);
    },
  );

  test("a line goes on as a line, and a season that grows goes on growing", () => {
    const line = Float64Array.from({ length: 40 }, (_, t) => 3 + 2 * t);
    const [straight] = exponentialSmoothing(1)
      .fit(series(line), { horizon: 4 })
      .forecast(series(line), [40], 4);
    straight.forEach((value, h) => expect(value).toBeCloseTo(3 + 2 * (40 + h), 4));

    const shape = [1, 3, 2, 1.5];
    const growing = Float64Array.from({ length: 80 }, (_, t) => shape[t % 4] * (10 + t));
    const model = exponentialSmoothing(4).fit(series(growing), { horizon: 4 });
    expect(model.details).toContain("multiplicative season 4");
    const [forecast] = model.forecast(series(growing), [80], 4);
    forecast.forEach((value, h) => {
      const wanted = shape[h % 4] * (90 + h);
      expect(Math.abs(value / wanted - 1)).toBeLessThan(0.02);
    });
  });

  test("the start before the first value knows the seasons and the line under them", () => {
    const shape = [-3, 5, -2];
    const exact = Float64Array.from({ length: 30 }, (_, t) => 20 + t + shape[t % 3]);
    const form: SmoothingForm = { trend: "linear", seasonal: "additive", season: 3 };
    const { level, trend, seasons } = smoothingStart(exact, form);
    expect(level).toBeCloseTo(19, 9);
    expect(trend).toBeCloseTo(1, 9);
    shape.forEach((s, i) => expect(seasons[i]).toBeCloseTo(s, 9));
  });
});
