/**
 * @file Intervals from past errors: how far a forecaster was off h steps ahead, when it forecast what
 * it had not been fitted on.
 *
 *   error      e = y − ŷ, or ln y − ln ŷ where the series is positive and that explains its errors better
 *   spread     z = e / vʷ      v: recent errors one step ahead, exponentially weighted; w = 0, ½ or 1
 *   quantile   ŷ + vʷ·z₍ₚ₎, or ŷ·exp(vʷ·z₍ₚ₎)
 *
 * The scale of the errors is chosen by the likelihood of the errors one step ahead, w for each number
 * of steps: of a price, errors grow with its level and come in calm and in wild times.
 */

import { studentTQuantile } from "unrolled";
import { QUANTILE_LEVELS } from "./forecaster.ts";

export type ErrorScale = "additive" | "log";

/** What was forecast at one origin of the past, and what came; NaN where nothing is known. */
export interface PastForecast {
  /** [horizon] */
  predicted: ArrayLike<number>;
  /** [horizon] */
  actual: ArrayLike<number>;
  /** Recent errors at the origin on either scale, from {@link recentErrors}. */
  recent: Readonly<Record<ErrorScale, number>>;
}

/** RiskMetrics' weight of the day before for daily volatility (J. P. Morgan 1996). */
const DECAY = 0.94;
/** Beyond this the weights add up to 2 % of all: what is forgotten. */
export const REMEMBERED = 64;
/** With fewer errors their quantiles are too rough, and Student's distribution is taken. */
const ENOUGH = 40;
/** Following recent errors has to explain the past by this many nats more than not to. */
const MARGIN = 2;

/** e, or NaN if either value is missing, or not positive on the log scale. */
export function errorOn(scale: ErrorScale, actual: number, predicted: number): number {
  if (scale === "additive") return actual - predicted;
  return actual > 0 && predicted > 0 ? Math.log(actual / predicted) : NaN;
}

/**
 * √ of the exponentially weighted mean of squared errors: the last of `errors` counts most, missing
 * ones do not count. 0 if there are none.
 */
export function recentErrors(errors: ArrayLike<number>): number {
  let sum = 0;
  let weights = 0;
  let weight = 1;
  const first = Math.max(0, errors.length - REMEMBERED);
  for (let i = errors.length - 1; i >= first; i--) {
    if (!Number.isNaN(errors[i])) {
      sum += weight * errors[i] ** 2;
      weights += weight;
    }
    weight *= DECAY;
  }
  return weights > 0 ? Math.sqrt(sum / weights) : 0;
}

interface StepSpread {
  /** w */
  power: number;
  /** z₍ₚ₎ for each of `QUANTILE_LEVELS` */
  quantiles: Float64Array;
}

/** How errors are spread around a point forecast, for each number of steps ahead. */
export class ErrorSpread {
  readonly scale: ErrorScale;
  readonly #steps: readonly StepSpread[];

  private constructor(scale: ErrorScale, steps: readonly StepSpread[]) {
    this.scale = scale;
    this.#steps = steps;
  }

  /**
   * The spread of the errors of `past`, for 1 … `horizon` steps ahead. Where no forecast reached so
   * far, the errors of the farthest that did grow with the square root of the steps, as those of a
   * random walk do.
   */
  static of(past: readonly PastForecast[], horizon: number): ErrorSpread {
    const scale = betterScale(past);
    const steps: StepSpread[] = [];
    let reached = 0;
    for (let h = 0; h < horizon; h++) {
      const known = past.filter((it) => !Number.isNaN(errorAt(it, h, scale)));
      if (known.length > 0) {
        steps.push(spreadOf(known, h, scale));
        reached = h + 1;
      } else {
        const { power, quantiles } = steps[reached - 1] ?? NO_SPREAD;
        const growth = Math.sqrt((h + 1) / Math.max(1, reached));
        steps.push({ power, quantiles: quantiles.map((q) => q * growth) });
      }
    }
    return new ErrorSpread(scale, steps);
  }

  /** One [horizon] for each of `QUANTILE_LEVELS`, around the point forecasts `predicted`. */
  quantiles(
    predicted: ArrayLike<number>,
    recent: Readonly<Record<ErrorScale, number>>,
  ): Float64Array[] {
    return QUANTILE_LEVELS.map((_, level) =>
      Float64Array.from(predicted, (value, h) => {
        const { power, quantiles } = this.#steps[h];
        const error = quantiles[level] * scaleBy(recent[this.scale], power);
        // A forecast that is not positive has no error on the log scale: it stands alone.
        if (this.scale === "log") return value > 0 ? value * Math.exp(error) : value;
        return value + error;
      }),
    );
  }
}

const NO_SPREAD: StepSpread = { power: 0, quantiles: new Float64Array(QUANTILE_LEVELS.length) };

function errorAt({ predicted, actual }: PastForecast, h: number, scale: ErrorScale): number {
  return h < predicted.length ? errorOn(scale, actual[h], predicted[h]) : NaN;
}

/** By the likelihood of normal errors one step ahead; on the log scale the density is over y. */
function betterScale(past: readonly PastForecast[]): ErrorScale {
  const known = past.filter((it) => !Number.isNaN(errorAt(it, 0, "additive")));
  const isPositive = known.every((it) => !Number.isNaN(errorAt(it, 0, "log")));
  if (known.length === 0 || !isPositive) return "additive";
  const jacobian = known.reduce((sum, { actual }) => sum + Math.log(actual[0]), 0);
  const errors = (scale: ErrorScale) => known.map((it) => errorAt(it, 0, scale));
  const log = logLikelihood(errors("log")) - jacobian;
  return log > logLikelihood(errors("additive")) ? "log" : "additive";
}

function spreadOf(known: readonly PastForecast[], h: number, scale: ErrorScale): StepSpread {
  const errors = known.map((it) => errorAt(it, h, scale));
  let best = { power: 0, errors, value: logLikelihood(errors) + MARGIN };
  for (const power of known.length >= ENOUGH ? [0.5, 1] : []) {
    const factors = known.map((it) => scaleBy(it.recent[scale], power));
    const scaled = errors.map((error, i) => error / factors[i]);
    const value = logLikelihood(scaled) - factors.reduce((sum, v) => sum + Math.log(v), 0);
    if (value > best.value) best = { power, errors: scaled, value };
  }
  return { power: best.power, quantiles: quantilesOf(best.errors) };
}

/** Where nothing was ever off, there is nothing to follow. */
function scaleBy(recent: number, power: number): number {
  return recent > 0 ? recent ** power : 1;
}

/** Of normal errors around 0 with the variance they have, up to a constant. */
function logLikelihood(errors: readonly number[]): number {
  const variance = errors.reduce((sum, e) => sum + e * e, 0) / errors.length;
  return variance > 0 ? (-errors.length / 2) * Math.log(variance) : Infinity;
}

function quantilesOf(errors: readonly number[]): Float64Array {
  const n = errors.length;
  if (n < ENOUGH) {
    const rms = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / n);
    return Float64Array.from(QUANTILE_LEVELS, (p) => rms * studentTQuantile(p, Math.max(2, n - 1)));
  }
  // Place p·(n + 1): one more error, from the same source, is below it with probability p.
  const sorted = Float64Array.from(errors).sort();
  return Float64Array.from(QUANTILE_LEVELS, (p) => {
    const place = Math.min(n - 1, Math.max(0, p * (n + 1) - 1));
    const below = Math.floor(place);
    const above = Math.min(n - 1, below + 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  });
}
