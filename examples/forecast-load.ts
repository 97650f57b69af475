/**
 * @file Electricity by the hour, generated: a wave for the day, quieter weekends, and noise that
 * remembers. An LSTM on top of a linear autoregression forecasts a day ahead, beside last week's
 * values, at every fourth hour of three weeks that neither has seen.
 *
 * Prints:
 *   chosen: …
 *   seasonal naive: mean absolute error …
 *   linear part and LSTM: mean absolute error …, 80 % intervals hold … %
 *   the next hours after …
 *     …
 *   nearer than last week: true
 */

import { RandomGenerator } from "unrolled";
import {
  backtest,
  classicalForecasters,
  contextAt,
  fittedForecaster,
  before,
  QUANTILE_LEVELS,
  trainForecast,
  type SeriesSet,
} from "unrolled/tasks/forecast";

const HOUR = 3_600_000;
const generator = new RandomGenerator(1);
const times = Float64Array.from({ length: 12 * 168 }, (_, t) => Date.UTC(2024, 0, 1) + t * HOUR);
let noise = 0;
const load = times.map((time) => {
  const date = new Date(time);
  noise = 0.8 * noise + generator.normal();
  const day = 10 * Math.sin((2 * Math.PI * (date.getUTCHours() - 8)) / 24);
  return (date.getUTCDay() % 6 === 0 ? 35 + 0.4 * day : 50 + day) + noise;
});
const set: SeriesSet = {
  frequency: { unit: "hour", count: 1 },
  targets: ["load"],
  knownCovariates: [],
  observedCovariates: [],
  series: [{ id: "", times, columns: { load } }],
};

const testFrom = () => 9 * 168;
const options = { horizon: 24, from: testFrom, step: 4 };
const { model } = await trainForecast(
  before(set, testFrom),
  { hiddenSize: 16, window: 48 },
  { horizon: 24, budget: { steps: 60 } },
);
const forecaster = fittedForecaster(model);
console.log(`chosen: ${forecaster.details}`);

const naive = classicalForecasters(168).find(({ name }) => name === "seasonal naive")!;
const { scores: naiveScores } = await backtest(naive, set, options);
console.log(`seasonal naive: mean absolute error ${naiveScores.load.mae.toFixed(2)}`);
const { scores } = await backtest(forecaster, set, options);
const held = (100 * scores.load.coverage[1].share).toFixed(0);
const error = scores.load.mae.toFixed(2);
console.log(`linear part and LSTM: mean absolute error ${error}, 80 % intervals hold ${held} %`);

const now = load.length;
const [{ targets, times: next }] = await forecaster.forecast([
  contextAt(set, set.series[0], now, 3),
]);
console.log(`the next hours after ${new Date(times[now - 1]).toISOString()}:`);
const [low, high] = [0.1, 0.9].map((p) => targets.load.quantiles[QUANTILE_LEVELS.indexOf(p)]);
next.forEach((time, h) => {
  const clock = new Date(time).toISOString().slice(11, 16);
  console.log(
    `  ${clock}  ${targets.load.mean[h].toFixed(1)}  [${low[h].toFixed(1)}, ${high[h].toFixed(1)}]`,
  );
});
console.log(`nearer than last week: ${scores.load.mae < naiveScores.load.mae}`);
