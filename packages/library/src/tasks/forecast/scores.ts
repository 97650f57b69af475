/**
 * @file Forecasts and what came: how far off, how well calibrated, and in which direction.
 */

import { wilsonInterval, type Interval } from "unrolled";
import { QUANTILE_LEVELS, type TargetForecast } from "./forecaster.ts";

/** The intervals that are scored, and the levels of their bounds. */
export const INTERVALS = [0.5, 0.8, 0.95] as const;

/** In the target's own unit unless it says otherwise; null where it has no value. */
export interface Scores {
  /** Forecast values that could be compared with one that came. */
  count: number;
  mae: number;
  rmse: number;
  /**
   * {@link mae} over that of the (seasonal) naive forecast one step ahead in the training part, by
   * series. Null if that was never wrong.
   */
  mase: number | null;
  /** From 0 to 200. */
  smape: number;
  /** Mean pinball loss over the quantiles that every forecast has. */
  pinball: number;
  /** Twice the integral of the pinball loss over all levels, by those quantiles. */
  crps: number;
  /** The share within the central intervals of 50, 80 and 95 %. */
  coverage: { interval: number; share: number }[];
  /** The share below each quantile: near the level itself if the forecast is calibrated. */
  calibration: { level: number; share: number }[];
  /** Errors after division by the standard deviation of the training part, as benchmarks report. */
  scaledMse: number;
  scaledMae: number;
  byHorizon: { step: number; mae: number; rmse: number; coverage80: number }[];
  /** One step ahead, where both the forecast and the value that came differ from the last one. */
  direction: Direction | null;
}

export interface Direction {
  right: number;
  total: number;
  /** Wilson's, 95 %. A coin has 0.5. */
  interval: Interval;
}

/** What a series was like before the test part: the units that errors are counted in. */
export interface Scale {
  /** Mean |y(t) − y(t − m)|, m the season; NaN if there is no such pair, or never a difference. */
  naive: number;
  /** Standard deviation; 1 if there is none. */
  std: number;
}

/** Of the values before the test part. */
export function scaleOf(train: ArrayLike<number>, season: number): Scale {
  let naive = 0;
  let pairs = 0;
  for (let t = season; t < train.length; t++) {
    const difference = Math.abs(train[t] - train[t - season]);
    if (Number.isNaN(difference)) continue;
    naive += difference;
    pairs++;
  }
  const known = Array.from(train).filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
  return { naive: naive > 0 ? naive / pairs : NaN, std: variance > 0 ? Math.sqrt(variance) : 1 };
}

/** A cell around each level: from half-way to the one before to half-way to the one after. */
const LEVEL_WEIGHTS = QUANTILE_LEVELS.map((level, i) => {
  const below = i === 0 ? 0 : (QUANTILE_LEVELS[i - 1] + level) / 2;
  const above = i + 1 === QUANTILE_LEVELS.length ? 1 : (level + QUANTILE_LEVELS[i + 1]) / 2;
  return above - below;
});

const BOUNDS = INTERVALS.map((interval) => ({
  interval,
  low: levelIndex((1 - interval) / 2),
  high: levelIndex((1 + interval) / 2),
}));

function levelIndex(level: number): number {
  return QUANTILE_LEVELS.findIndex((it) => Math.abs(it - level) < 1e-9);
}

/** What is summed up for each number of steps ahead. */
interface StepSums {
  count: number;
  absolute: number;
  squared: number;
  inside80: number;
}

/** Adds up forecasts of one target; never keeps one. */
export class ScoreSums {
  readonly #steps: StepSums[];
  readonly #pinball = new Float64Array(QUANTILE_LEVELS.length);
  readonly #below = new Float64Array(QUANTILE_LEVELS.length);
  readonly #inside = new Float64Array(INTERVALS.length);
  #percentage = 0;
  #scaledByNaive = 0;
  #countByNaive = 0;
  #scaledSquared = 0;
  #scaledAbsolute = 0;
  #directions = 0;
  #rightDirections = 0;

  constructor(horizon: number) {
    this.#steps = Array.from({ length: horizon }, () => ({
      count: 0,
      absolute: 0,
      squared: 0,
      inside80: 0,
    }));
  }

  /**
   * @param actual [horizon], NaN where nothing came
   * @param last the value before the origin
   * @returns the mean absolute and squared error of this forecast, in units of the scale's standard
   *   deviation and of its square; NaN if nothing came
   */
  add(
    { mean, quantiles }: TargetForecast,
    actual: ArrayLike<number>,
    last: number,
    scale: Scale,
  ): { absolute: number; squared: number } {
    let [count, absolute, squared] = [0, 0, 0];
    for (let h = 0; h < mean.length; h++) {
      const y = actual[h];
      if (Number.isNaN(y)) continue;
      const error = Math.abs(y - mean[h]);
      count++;
      absolute += error;
      squared += error * error;
      this.#addStep(h, error, quantiles, y);
      if (error > 0) this.#percentage += (200 * error) / (Math.abs(y) + Math.abs(mean[h]));
      this.#scaledAbsolute += error / scale.std;
      this.#scaledSquared += (error / scale.std) ** 2;
      if (!Number.isNaN(scale.naive)) {
        this.#scaledByNaive += error / scale.naive;
        this.#countByNaive++;
      }
    }
    const change = actual[0] - last;
    const forecastChange = mean[0] - last;
    if (change * forecastChange !== 0 && !Number.isNaN(change)) {
      this.#directions++;
      if (change > 0 === forecastChange > 0) this.#rightDirections++;
    }
    return { absolute: absolute / count / scale.std, squared: squared / count / scale.std ** 2 };
  }

  #addStep(h: number, error: number, quantiles: readonly Float64Array[], y: number): void {
    const step = this.#steps[h];
    step.count++;
    step.absolute += error;
    step.squared += error * error;
    quantiles.forEach((bounds, i) => {
      const bound = bounds[h];
      const level = QUANTILE_LEVELS[i];
      this.#pinball[i] += y >= bound ? level * (y - bound) : (1 - level) * (bound - y);
      // Where many values are equal to the quantile, as zeros may be, half of them are below it.
      this.#below[i] += y < bound ? 1 : y === bound ? 0.5 : 0;
    });
    BOUNDS.forEach(({ interval, low, high }, i) => {
      const isInside = y >= quantiles[low][h] && y <= quantiles[high][h];
      if (!isInside) return;
      this.#inside[i]++;
      if (interval === 0.8) step.inside80++;
    });
  }

  /** Null if there was nothing to compare. */
  scores(): Scores | null {
    const count = this.#steps.reduce((sum, step) => sum + step.count, 0);
    if (count === 0) return null;
    const total = (key: keyof StepSums) => this.#steps.reduce((sum, step) => sum + step[key], 0);
    const pinball = this.#pinball.map((sum) => sum / count);
    return {
      count,
      mae: total("absolute") / count,
      rmse: Math.sqrt(total("squared") / count),
      mase: this.#countByNaive > 0 ? this.#scaledByNaive / this.#countByNaive : null,
      smape: this.#percentage / count,
      pinball: pinball.reduce((sum, loss) => sum + loss, 0) / pinball.length,
      crps: 2 * pinball.reduce((sum, loss, i) => sum + loss * LEVEL_WEIGHTS[i], 0),
      coverage: INTERVALS.map((interval, i) => ({ interval, share: this.#inside[i] / count })),
      calibration: QUANTILE_LEVELS.map((level, i) => ({ level, share: this.#below[i] / count })),
      scaledMse: this.#scaledSquared / count,
      scaledMae: this.#scaledAbsolute / count,
      byHorizon: this.#steps.map((step, h) => ({
        step: h + 1,
        mae: step.absolute / step.count,
        rmse: Math.sqrt(step.squared / step.count),
        coverage80: step.inside80 / step.count,
      })),
      direction: this.#direction(),
    };
  }

  #direction(): Direction | null {
    const [right, total] = [this.#rightDirections, this.#directions];
    return total > 0 ? { right, total, interval: wilsonInterval(right, total) } : null;
  }
}
