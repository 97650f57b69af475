/**
 * @file Exponential smoothing: a level, maybe a trend and a season, each a weighted average in which
 * old values count ever less. Simple, Holt's, damped, and Holt and Winters' (additive and
 * multiplicative).
 *
 *   level    l = α·(y ⊖ s) + (1 − α)·(l′ + φ·b′)       s: of the same phase one season ago
 *   trend    b = β·(l − l′) + (1 − β)·φ·b′
 *   season   s = γ·(y ⊖ (l′ + φ·b′)) + (1 − γ)·s′      ⊖ is − (additive) or ÷ (multiplicative)
 *
 *   ŷ(T + h) = (l + (φ + φ² + … + φʰ)·b) ⊕ s(T + h − m·⌈h / m⌉)
 *
 * Sources: Holt 1957; Winters 1960, "Forecasting sales by exponentially weighted moving averages";
 * Gardner and McKenzie 1985 (damping); Hyndman and Athanasopoulos 2021, "Forecasting: principles and
 * practice", chapter 8
 */

import { centredAverage } from "../centred-average.ts";
import type { LocalMethod, LocalModel, LocalSeries } from "../local-forecaster.ts";
import { nelderMead } from "./nelder-mead.ts";
import { leastWrong, validationError, validationStart } from "./validation-error.ts";

export interface SmoothingForm {
  trend: "none" | "linear" | "damped";
  seasonal: "none" | "additive" | "multiplicative";
  /** Steps in a season; 1 where there is none. */
  season: number;
}

/** α, β, γ and φ; those that a form does not have are ignored. */
export interface SmoothingWeights {
  alpha: number;
  beta: number;
  gamma: number;
  phi: number;
}

/** l and b before the first value, and the seasons of the first m values. */
export interface SmoothingStart {
  level: number;
  trend: number;
  seasons: ArrayLike<number>;
}

/**
 * Exponential smoothing of the form that was least wrong on the last third of training, with the
 * weights that fit best one step ahead.
 *
 * @param season in steps; 1 where there is none
 */
export function exponentialSmoothing(season: number): LocalMethod {
  return {
    name: "exponential smoothing",
    fit(series, { horizon }) {
      const first = validationStart(series);
      const part = { ...series, values: series.values.subarray(0, first) };
      const form = leastWrong(formsFor(part.values, season), (form) =>
        validationError(fitSmoothing(part.values, form), series, horizon, first),
      );
      return fitSmoothing(series.values, form);
    },
  };
}

/** The forms that `values` are long enough for; multiplicative ones need them positive. */
function formsFor(values: Float64Array, season: number): SmoothingForm[] {
  const trends = values.length >= 8 ? (["none", "linear", "damped"] as const) : (["none"] as const);
  const seasonals: SmoothingForm["seasonal"][] = ["none"];
  if (season > 1 && values.length >= 2 * season + 2) {
    seasonals.push("additive");
    if (values.every((value) => value > 0)) seasonals.push("multiplicative");
  }
  return seasonals.flatMap((seasonal) => trends.map((trend) => ({ trend, seasonal, season })));
}

/** Fitted on the end of longer series: what is older hardly counts in the state. */
const MAX_FITTED = 10_000;

function fitSmoothing(values: Float64Array, form: SmoothingForm): LocalModel {
  return smoothingModel(form, fitWeights(values, form));
}

/** The weights with the smallest squared errors one step ahead, from a start by decomposition. */
export function fitWeights(all: Float64Array, form: SmoothingForm): SmoothingWeights {
  const values = all.subarray(Math.max(0, all.length - MAX_FITTED));
  const start = smoothingStart(values, form);
  const sum = (free: readonly number[]) =>
    squaredErrors(values, form, weightsFrom(free, form), start);
  // From a smooth and from a nimble start: the sum may have two valleys.
  const best = [0.1, 0.7]
    .map((alpha) => nelderMead(sum, freeFrom(alpha, form), { size: 1 }))
    .reduce((a, b) => (sum(b) < sum(a) ? b : a));
  return weightsFrom(best, form);
}

/** A model with given weights; where its start is not given it comes from the series it reads. */
export function smoothingModel(
  form: SmoothingForm,
  weights: SmoothingWeights,
  start?: SmoothingStart,
): LocalModel {
  return {
    details: describe(form, weights),
    forecast: (series, origins, horizon) => smooth(series, origins, horizon, form, weights, start),
  };
}

function describe({ trend, seasonal, season }: SmoothingForm, weights: SmoothingWeights): string {
  const parts = [
    { none: "no trend", linear: "linear trend", damped: "damped trend" }[trend],
    seasonal === "none" ? "no season" : `${seasonal} season ${season}`,
    `α ${weights.alpha.toFixed(2)}`,
  ];
  return parts.join(", ");
}

/** Free numbers become weights between 0 and 1, γ below 1 − α, φ between 0.8 and 0.995. */
function weightsFrom(
  free: readonly number[],
  { trend, seasonal }: SmoothingForm,
): SmoothingWeights {
  const rest = [...free];
  const next = () => 1 / (1 + Math.exp(-(rest.shift() ?? 0)));
  const alpha = next();
  return {
    alpha,
    beta: trend === "none" ? 0 : next(),
    gamma: seasonal === "none" ? 0 : (1 - alpha) * next(),
    phi: trend === "damped" ? 0.8 + 0.195 * next() : 1,
  };
}

function freeFrom(alpha: number, { trend, seasonal }: SmoothingForm): number[] {
  const free = [Math.log(alpha / (1 - alpha))];
  if (trend !== "none") free.push(-2);
  if (seasonal !== "none") free.push(-1);
  if (trend === "damped") free.push(1);
  return free;
}

/**
 * Level, trend and seasons before the first value: seasons are mean differences (or ratios) from a
 * centred moving average over the first five seasons, level and trend a line through the first ten
 * values without their seasons (Hyndman et al. 2008, section 2.6.1).
 */
export function smoothingStart(
  values: Float64Array,
  { trend, seasonal, season }: SmoothingForm,
): SmoothingStart {
  const isSeasonal = seasonal !== "none" && values.length >= 2 * season;
  const seasons = isSeasonal
    ? firstSeasons(values, season, seasonal)
    : new Float64Array(seasonal === "none" ? 1 : season).fill(
        seasonal === "multiplicative" ? 1 : 0,
      );
  const count = Math.min(values.length, Math.max(10, isSeasonal ? season : 0));
  const adjusted = Array.from({ length: count }, (_, t) =>
    seasonal === "none" ? values[t] : without(values[t], seasons[t % seasons.length], seasonal),
  );
  const mean = adjusted.reduce((sum, y) => sum + y, 0) / count;
  if (trend === "none" || count < 2) return { level: mean, trend: 0, seasons };
  const middle = (count + 1) / 2; // of the times 1 … count
  const covariance = adjusted.reduce((sum, y, i) => sum + (i + 1 - middle) * (y - mean), 0);
  const slope = covariance / ((count * (count * count - 1)) / 12);
  return { level: mean - slope * middle, trend: slope, seasons };
}

function firstSeasons(
  values: Float64Array,
  season: number,
  seasonal: SmoothingForm["seasonal"],
): Float64Array {
  const length = Math.min(values.length, 5 * season);
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  const average = centredAverage(values.subarray(0, length), season);
  average.forEach((mean, t) => {
    if (Number.isNaN(mean)) return;
    sums[t % season] += without(values[t], mean, seasonal);
    counts[t % season]++;
  });
  const neutral = seasonal === "multiplicative" ? 1 : 0;
  const means = sums.map((sum, i) => (counts[i] > 0 ? sum / counts[i] : neutral));
  const center = means.reduce((sum, mean) => sum + mean, 0) / season;
  return means.map((mean) => without(mean, center, seasonal));
}

function without(y: number, part: number, seasonal: SmoothingForm["seasonal"]): number {
  return seasonal === "multiplicative" ? y / part : y - part;
}

/** Σ (y − ŷ)² one step ahead; infinite where a multiplicative form leaves the positive numbers. */
export function squaredErrors(
  values: Float64Array,
  form: SmoothingForm,
  weights: SmoothingWeights,
  start: SmoothingStart,
): number {
  const state = new SmoothingState(form, weights, start);
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    sum += (values[t] - state.forecast(1)) ** 2;
    state.update(values[t]);
  }
  return Number.isFinite(sum) ? sum : Infinity;
}

function smooth(
  { values }: LocalSeries,
  origins: readonly number[],
  horizon: number,
  form: SmoothingForm,
  weights: SmoothingWeights,
  start?: SmoothingStart,
): Float64Array[] {
  if (origins.length === 0) return [];
  // The start looks at the first seasons; an origin before their end must not know of them.
  const needed = Math.max(10, form.seasonal === "none" ? 0 : 5 * form.season);
  const last = origins[origins.length - 1];
  const early = start ? [] : origins.filter((origin) => origin < needed && origin < last);
  const forecasts = early.map((origin) => {
    const known = values.subarray(0, origin);
    const state = new SmoothingState(form, weights, smoothingStart(known, form));
    for (const value of known) state.update(value);
    return forecastAll(state, horizon);
  });
  const begin = start ?? smoothingStart(values.subarray(0, Math.max(last, 1)), form);
  const state = new SmoothingState(form, weights, begin);
  let t = 0;
  for (const origin of origins.slice(early.length)) {
    for (; t < origin; t++) state.update(values[t]);
    forecasts.push(forecastAll(state, horizon));
  }
  return forecasts;
}

function forecastAll(state: SmoothingState, horizon: number): Float64Array {
  return Float64Array.from({ length: horizon }, (_, i) => state.forecast(i + 1));
}

/** Level, trend and seasons after the values seen so far. */
class SmoothingState {
  readonly #weights: SmoothingWeights;
  readonly #isMultiplicative: boolean;
  readonly #hasTrend: boolean;
  readonly #seasons: Float64Array;
  #level: number;
  #trend: number;
  /** Values seen. */
  #t = 0;

  constructor(form: SmoothingForm, weights: SmoothingWeights, start: SmoothingStart) {
    this.#weights = {
      ...weights,
      gamma: form.seasonal === "none" ? 0 : weights.gamma,
      phi: form.trend === "damped" ? weights.phi : 1,
    };
    this.#isMultiplicative = form.seasonal === "multiplicative";
    this.#hasTrend = form.trend !== "none";
    this.#seasons =
      form.seasonal === "none" ? new Float64Array(1) : Float64Array.from(start.seasons);
    this.#level = start.level;
    this.#trend = form.trend === "none" ? 0 : start.trend;
  }

  forecast(h: number): number {
    const { phi } = this.#weights;
    const steps = phi === 1 ? h : (phi * (1 - phi ** h)) / (1 - phi);
    const season = this.#seasons[(this.#t + h - 1) % this.#seasons.length];
    const value = this.#level + steps * this.#trend;
    return this.#isMultiplicative ? value * season : value + season;
  }

  update(y: number): void {
    const { alpha, beta, gamma, phi } = this.#weights;
    const expected = this.#level + phi * this.#trend;
    const phase = this.#t % this.#seasons.length;
    const season = this.#seasons[phase];
    const level = this.#isMultiplicative
      ? alpha * (y / season) + (1 - alpha) * expected
      : alpha * (y - season) + (1 - alpha) * expected;
    if (this.#hasTrend) {
      this.#trend = beta * (level - this.#level) + (1 - beta) * phi * this.#trend;
    }
    // γ is 0 where there is no season: the one "season" stays 0.
    const detrended = this.#isMultiplicative ? y / expected : y - expected;
    this.#seasons[phase] = gamma * detrended + (1 - gamma) * season;
    this.#level = level;
    this.#t++;
  }
}
