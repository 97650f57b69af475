/**
 * @file The recurrent forecasters: every form learns, none looks ahead, and what is saved, resumed or
 * carried on gives the same forecasts.
 */

import { describe, expect, test } from "vitest";
import { RandomGenerator } from "unrolled";
import {
  backtest,
  contextAt,
  fittedForecaster,
  forecastContexts,
  loadForecastModel,
  saveForecastModel,
  trainForecast,
  type ForecastConfig,
  type ForecastModel,
  type Forecast,
  type SeriesSet,
} from "./index.ts";

const HOUR = 3_600_000;
const SMALL: Partial<ForecastConfig> = {
  hiddenSize: 6,
  window: 12,
  batchSize: 8,
  originsPerWindow: 4,
  samples: 40,
};

/** A daily wave with noise, and a second series at another level. */
function waves(length = 200): SeriesSet {
  const generator = new RandomGenerator(3);
  const series = ["north", "south"].map((id, which) => {
    const times = Float64Array.from({ length }, (_, t) => Date.UTC(2024, 0, 1) + t * HOUR);
    const load = times.map((_, t) => {
      const wave = Math.sin((2 * Math.PI * t) / 24 + which);
      return 50 * (which + 1) + 10 * wave + generator.normal();
    });
    const price = times.map(() => generator.normal());
    return { id, times, columns: { load, price } };
  });
  return {
    frequency: { unit: "hour", count: 1 },
    targets: ["load"],
    knownCovariates: [],
    observedCovariates: [],
    series,
  };
}

function train(set: SeriesSet, config: Partial<ForecastConfig> = {}, horizon = 3, steps = 20) {
  return trainForecast(set, { ...SMALL, ...config }, { horizon, budget: { steps } });
}

function forecastAt(model: ForecastModel, set: SeriesSet, origin: number, which = 0): Forecast {
  return forecastContexts(model, [contextAt(set, set.series[which], origin, 3)])[0];
}

/** Every value from row `from` on replaced. */
function withAnotherFuture(set: SeriesSet, from: number): SeriesSet {
  const series = set.series.map(({ id, times, columns }) => ({
    id,
    times,
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [
        name,
        values.map((value, t) => (t < from ? value : 1e3 * Math.sin(t) + 2e3)),
      ]),
    ),
  }));
  return { ...set, series };
}

const FORMS: Record<string, Partial<ForecastConfig>> = {
  "direct lstm": {},
  "direct gru, quantiles": { cell: "gru", distribution: "quantiles" },
  "direct rnn, two layers, Student's t": { cell: "rnn", numLayers: 2, distribution: "student-t" },
  "bidirectional encoder": { bidirectional: true },
  decoder: { form: "decoder" },
  "autoregressive, gaussian": { form: "autoregressive" },
  "autoregressive, Student's t": { form: "autoregressive", distribution: "student-t" },
  "series embedding, two members": { seriesEmbedding: 2, members: 2 },
  "no linear part": { linear: false },
};

describe.each(Object.entries(FORMS))("%s", (_, config) => {
  test("forecasts in order, from the past alone, the same after saving", async () => {
    const set = waves();
    const { model } = await train(set, config);
    const forecast = forecastAt(model, set, 150);
    const { mean, quantiles } = forecast.targets.load;

    expect(mean.every(Number.isFinite)).toBe(true);
    for (let h = 0; h < 3; h++) {
      const levels = quantiles.map((values) => values[h]);
      expect(levels).toEqual([...levels].sort((a, b) => a - b));
      expect(levels[levels.length - 1]).toBeGreaterThan(levels[0]);
    }
    expect(forecastAt(model, withAnotherFuture(set, 150), 150)).toEqual(forecast);

    const files = saveForecastModel(model);
    const loaded = loadForecastModel((name) => files[name]);
    expect(forecastAt(loaded, set, 150)).toEqual(forecast);
  });
});

test("what comes after the training part changes neither weights nor choices", async () => {
  const set = waves();
  const part = (whole: SeriesSet): SeriesSet => ({
    ...whole,
    series: whole.series.map(({ id, times, columns }) => ({
      id,
      times: times.subarray(0, 150),
      columns: { load: columns.load.subarray(0, 150) },
    })),
  });
  const { model } = await train(part(set));
  const { model: other } = await train(part(withAnotherFuture(set, 150)));
  expect(saveForecastModel(other)).toEqual(saveForecastModel(model));
});

test("a forecast does not depend on the contexts beside it", async () => {
  const set = waves();
  const { model } = await train(set);
  const contexts = [100, 130, 160].map((origin) => contextAt(set, set.series[1], origin, 3));
  const together = forecastContexts(model, contexts);
  const alone = contexts.map((context) => forecastContexts(model, [context])[0]);
  together.forEach((forecast, i) => {
    // A product of three rows may add up in another order than one of one row: float32.
    forecast.targets.load.mean.forEach((value, h) => {
      expect(value).toBeCloseTo(alone[i].targets.load.mean[h], 4);
    });
  });
});

test("a resumed training gives the same model as an uninterrupted one", async () => {
  const set = waves();
  let saved: Uint8Array | undefined;
  const run = { horizon: 3, budget: { steps: 20 }, patience: 100 };
  const whole = await trainForecast(set, SMALL, run);
  const stop = new AbortController();
  await trainForecast(set, SMALL, {
    ...run,
    signal: stop.signal,
    checkpoint: { everySeconds: 1e9, save: (bytes) => (saved = bytes) },
    onEvent: (event) => event.type === "step" && event.step >= 9 && stop.abort(),
  });
  const resumed = await trainForecast(set, SMALL, { ...run, resume: saved });
  expect(saved).toBeInstanceOf(Uint8Array);
  expect(saveForecastModel(resumed.model)).toEqual(saveForecastModel(whole.model));
});

test("a series that training has not seen is forecast on its own scale", async () => {
  const set = waves();
  const { model } = await train(set);
  const [known] = set.series;
  const load = known.columns.load.map((value) => 1000 + 30 * value);
  const unseen = { ...known, id: "new", columns: { load } };
  const [forecast] = forecastContexts(model, [contextAt(set, unseen, 150, 3)]);
  forecast.targets.load.mean.forEach((value, h) => {
    expect(Math.abs(value - load[150 + h])).toBeLessThan(30 * 8);
  });
});

test("a series with gaps trains, and gaps in the past do not stop a forecast", async () => {
  const set = waves();
  for (const { columns } of set.series) {
    for (const row of [0, 1, 50, 51, 52, 120, 149]) columns.load[row] = NaN;
  }
  const { model } = await train(set);
  const { mean } = forecastAt(model, set, 150).targets.load;
  expect(mean.every(Number.isFinite)).toBe(true);
});

test("a constant series is forecast as it is", async () => {
  const set = waves();
  for (const { columns } of set.series) columns.load.fill(7);
  const { model } = await train(set);
  const { mean, quantiles } = forecastAt(model, set, 150).targets.load;
  expect(mean[0]).toBeCloseTo(7, 3);
  expect(quantiles[0][0]).toBeCloseTo(7, 3);
});

test("known covariates say what the past does not: a decoder learns what they do", async () => {
  const set = { ...waves(400), knownCovariates: ["price"] };
  for (const { columns } of set.series) {
    columns.price.forEach((price, t) => (columns.load[t] += 20 * price));
  }
  const { model } = await train(set, {}, 3, 60);
  expect(model.recipe.form).toBe("decoder");
  const { scores } = await backtest(fittedForecaster(model), set, { horizon: 3, from: () => 340 });
  expect(scores.load.rmse).toBeLessThan(6); // without the price no better than 20
  const context = contextAt(set, set.series[0], 350, 3);
  context.future.known.price[1] = NaN;
  expect(() => forecastContexts(model, [context])).toThrow(/price.*step 2.*future values/s);
});

test("sample paths of a linear process with normal noise: mean and spread are the process's own", async () => {
  const generator = new RandomGenerator(5);
  const length = 2000;
  const y = new Float64Array(length);
  for (let t = 1; t < length; t++) y[t] = 0.8 * y[t - 1] + generator.normal();
  const set: SeriesSet = {
    frequency: { unit: "step", count: 1 },
    targets: ["y"],
    knownCovariates: [],
    observedCovariates: [],
    series: [{ id: "", times: Float64Array.from(y, (_, t) => t), columns: { y } }],
  };
  const { model } = await train(set, { form: "autoregressive", samples: 4000 }, 3, 5);
  // A place from which there is some way back to the mean.
  const origin = 1 + y.findIndex((value, t) => t > 1500 && value > 2.5);
  const { samples } = forecastAt(model, set, origin).targets.y;
  for (let h = 0; h < 3; h++) {
    const values = samples!.map((path) => path[h]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    // Var = 1 + 0.8² + 0.8⁴ + …; 4000 paths, and weights estimated from 2000 values.
    const variance = Array.from({ length: h + 1 }, (_, k) => 0.64 ** k).reduce((a, b) => a + b);
    expect(Math.abs(mean - 0.8 ** (h + 1) * y[origin - 1])).toBeLessThan(0.3);
    expect(Math.abs(std / Math.sqrt(variance) - 1)).toBeLessThan(0.1);
  }
});

test.each([
  ["too short", () => waves(12), {}, /at least 14 steps.*horizon is 3, got 12/s],
  [
    "a logarithm of what is not positive",
    () => negative(),
    { curve: "log" },
    /above 0.*row 5.*"none"/s,
  ],
  ["all missing", () => missing(), {}, /values of load.*got 0/s],
  ["an unknown cell", () => waves(), { cell: "lstmm" }, /cell.*rnn, lstm, gru.*lstmm/s],
] as const)("says what is wrong: %s", async (_, set, config, message) => {
  await expect(train(set(), config as Partial<ForecastConfig>)).rejects.toThrow(message);
});

function negative(): SeriesSet {
  const set = waves();
  set.series[0].columns.load[5] = -1;
  return set;
}

function missing(): SeriesSet {
  const set = waves();
  for (const { columns } of set.series) columns.load.fill(NaN);
  return set;
}
