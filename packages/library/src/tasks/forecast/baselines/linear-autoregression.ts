/**
 * @file Linear autoregression: every step ahead is a weighted sum of the last values.
 *
 *   ŷ(T + h) = r + wₕ · [1, sin, cos of the season, y(T) − r, …, y(T − p + 1) − r]     h = 1 … H
 *
 * r is the last value (what is learned then is change) or the mean of training; the values are taken
 * as they are or as logarithms. The weights of all steps are one ridge regression with H right sides:
 *
 *   W = (XᵀX + λ·n·D)⁻¹·Xᵀ·Y          D: 1 for the values, 0 for the constant and the season
 *
 * r, the scale, p and λ are those that were least wrong on the last third of training. The direct form
 * with r = y(T) is close to NLinear, before which many published networks fall behind.
 *
 * Source: Zeng et al. 2023, "Are transformers effective for time series forecasting?"
 */

import type { LocalMethod, LocalModel, LocalSeries } from "../local-forecaster.ts";
import { solvePositiveDefinite } from "./cholesky.ts";
import { leastWrong, validationError, validationStart } from "./validation-error.ts";

/** Numbers of lags to try, beside those that a season suggests. */
const LAGS = [1, 2, 3, 6, 12, 24, 48, 96, 168];
const MAX_LAGS = 192;
const RIDGES = [1e-4, 1e-2, 1];
/** Sines and cosines of the season and of this many of its fractions. */
const HARMONICS = 3;
/** Longer series are read at every second, third, … origin. */
const MAX_ROWS = 10_000;

interface Form {
  from: "last" | "mean";
  log: boolean;
}

/**
 * Linear autoregression on the lags, scale and ridge that were least wrong on the last third of training.
 *
 * @param season in steps; 1 where there is none
 */
export function linearAutoregression(season: number): LocalMethod {
  return {
    name: "linear autoregression",
    fit(series, { horizon }) {
      const first = validationStart(series);
      const part = { ...series, values: series.values.subarray(0, first) };
      const lags = lagsFor(part.values.length, season);
      const error = (model: LocalModel) => validationError(model, series, horizon, first);

      const middle = lags[Math.floor(lags.length / 2)];
      const trials = formsFor(part.values).map((form) => ({
        form,
        equations: new Equations(part, form, Math.max(...lags), season, horizon),
      }));
      const { form, equations } = leastWrong(trials, (trial) =>
        error(trial.equations.solve(middle, RIDGES[1])),
      );
      const choices = lags.flatMap((count) => RIDGES.map((ridge) => ({ count, ridge })));
      const { count, ridge } = leastWrong(choices, ({ count, ridge }) =>
        error(equations.solve(count, ridge)),
      );
      return new Equations(series, form, count, season, horizon).solve(count, ridge);
    },
  };
}

function formsFor(values: Float64Array): Form[] {
  const scales = values.every((value) => value > 0) ? [true, false] : [false];
  return scales.flatMap((log) => (["last", "mean"] as const).map((from) => ({ from, log })));
}

/** Rising; at least one, and at most a quarter of the series. */
function lagsFor(length: number, season: number): number[] {
  const seasonal = season > 1 ? [season, season + 1, 2 * season, 2 * season + 1] : [];
  const most = Math.max(1, Math.min(MAX_LAGS, Math.floor(length / 4)));
  const lags = [...LAGS, ...seasonal].filter((lag) => lag <= most);
  return [...new Set(lags)].sort((a, b) => a - b);
}

/** XᵀX and XᵀY for `maxLags` lags; those for fewer are a part of them. */
class Equations {
  readonly #form: Form;
  readonly #season: number;
  /** Columns before the lags: 1, sines and cosines. */
  readonly #fixed: number;
  /** Steps ahead that have weights of their own; farther ones go on from forecasts. */
  readonly #block: number;
  readonly #columns: number;
  readonly #mean: number;
  readonly #scale: number;
  readonly #xx: Float64Array;
  readonly #xy: Float64Array;
  readonly #rows: number;

  constructor(series: LocalSeries, form: Form, maxLags: number, season: number, horizon: number) {
    const values = onScale(series.values, form.log);
    const n = values.length;
    this.#form = form;
    this.#season = season;
    this.#fixed = 1 + 2 * harmonicsOf(season);
    this.#block = Math.max(1, Math.min(horizon, Math.floor((n - maxLags) / 3)));
    this.#columns = this.#fixed + maxLags;
    this.#mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + (value - this.#mean) ** 2, 0) / n;
    this.#scale = Math.sqrt(variance) || 1;

    const [columns, block] = [this.#columns, this.#block];
    this.#xx = new Float64Array(columns * columns);
    this.#xy = new Float64Array(columns * block);
    const x = new Float64Array(columns);
    const y = new Float64Array(block);
    const stride = Math.max(1, Math.ceil((n - maxLags - block) / MAX_ROWS));
    let rows = 0;
    for (let origin = n - block; origin >= maxLags; origin -= stride) {
      const reference = this.#features(values, series.firstStep, origin, maxLags, x);
      for (let h = 0; h < block; h++) y[h] = (values[origin + h] - reference) / this.#scale;
      for (let i = 0; i < columns; i++) {
        const xi = x[i];
        if (xi === 0) continue;
        for (let j = 0; j <= i; j++) this.#xx[i * columns + j] += xi * x[j];
        for (let h = 0; h < block; h++) this.#xy[i * block + h] += xi * y[h];
      }
      rows++;
    }
    this.#rows = rows;
  }

  /** The model with the first `lags` lags. Where nothing can be solved for, it goes on as last time. */
  solve(lags: number, ridge: number): LocalModel {
    const size = this.#fixed + lags;
    const a = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) a[i * size + j] = this.#xx[i * this.#columns + j];
      // Besides keeping weights small where there is little to learn from, this lets the column of
      // y(T) − r, all zeros where r is y(T), stay in.
      a[i * size + i] += (i < this.#fixed ? 1e-9 : ridge) * Math.max(1, this.#rows);
    }
    const b = this.#xy.subarray(0, size * this.#block);
    const weights = solvePositiveDefinite(a, b, size) ?? new Float64Array(size * this.#block);
    const { from, log } = this.#form;
    return {
      details: `${lags} ${lags === 1 ? "lag" : "lags"} from the ${from}${log ? ", log scale" : ""}, ridge ${ridge}`,
      forecast: (series, origins, horizon) => {
        // A logarithm needs positive values: what is not, is taken as the smallest of the others.
        const values = onScale(series.values, log);
        return origins.map((origin) => {
          const forecast = this.#forecast(
            values.subarray(0, origin),
            series.firstStep,
            horizon,
            lags,
            weights,
          );
          return log ? forecast.map(Math.exp) : forecast;
        });
      },
    };
  }

  #forecast(
    known: Float64Array,
    firstStep: number,
    horizon: number,
    lags: number,
    weights: Float64Array,
  ): Float64Array {
    const block = this.#block;
    const size = this.#fixed + lags;
    const past = known.subarray(Math.max(0, known.length - lags - 1));
    // Beside the last values, room for the forecasts that farther ones go on from.
    const values = new Float64Array(past.length + horizon);
    values.set(past);
    const start = firstStep + known.length - past.length;
    const x = new Float64Array(size);
    for (let done = 0; done < horizon; done += block) {
      const origin = past.length + done;
      const reference = this.#features(values, start, origin, lags, x);
      for (let h = 0; h < Math.min(block, horizon - done); h++) {
        let sum = 0;
        for (let i = 0; i < size; i++) sum += x[i] * weights[i * block + h];
        values[origin + h] = reference + this.#scale * sum;
      }
    }
    return values.slice(past.length);
  }

  /** Fills `x` for the values before `origin`, and gives r. Lags before the first value repeat it. */
  #features(
    values: Float64Array,
    firstStep: number,
    origin: number,
    lags: number,
    x: Float64Array,
  ): number {
    const reference = this.#form.from === "last" ? values[origin - 1] : this.#mean;
    x[0] = 1;
    for (let k = 1; 2 * k < this.#fixed; k++) {
      const angle = (2 * Math.PI * k * ((firstStep + origin) % this.#season)) / this.#season;
      x[2 * k - 1] = Math.sin(angle);
      x[2 * k] = Math.cos(angle);
    }
    for (let i = 0; i < lags; i++) {
      x[this.#fixed + i] = (values[Math.max(0, origin - 1 - i)] - reference) / this.#scale;
    }
    return reference;
  }
}

/** A season of m steps has no more than m / 2 sines and cosines that differ. */
function harmonicsOf(season: number): number {
  return season > 1 ? Math.min(HARMONICS, Math.floor((season - 1) / 2)) : 0;
}

function onScale(values: Float64Array, log: boolean): Float64Array {
  if (!log) return values;
  let smallest = Infinity;
  return values.map((value) => {
    if (value > 0) smallest = Math.min(smallest, value);
    return Math.log(value > 0 ? value : smallest);
  });
}
