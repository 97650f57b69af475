/**
 * @file The mean of the last values, for every step ahead.
 */

import type { LocalMethod, LocalModel } from "../local-forecaster.ts";
import { leastWrong, validationError } from "./validation-error.ts";

const WINDOWS = [2, 3, 4, 6, 8, 12, 24, 48];

/**
 * ŷ(T + h) = mean of the last w values. w is a whole season or one of a few other lengths, whichever
 * was least wrong on the last third of training.
 *
 * @param season in steps; 1 where there is none
 */
export function movingAverage(season: number): LocalMethod {
  return {
    name: "moving average",
    fit(series, { horizon }) {
      const windows = [...WINDOWS, ...(season > 1 ? [season, 2 * season] : [])];
      const fitting = windows.filter((window) => window <= series.values.length / 3);
      const models = (fitting.length > 0 ? fitting : [2]).map(movingAverageModel);
      return leastWrong(models, (model) => validationError(model, series, horizon));
    },
  };
}

function movingAverageModel(window: number): LocalModel {
  return {
    details: `window ${window}`,
    forecast: ({ values }, origins, horizon) =>
      origins.map((origin) => {
        const recent = values.subarray(Math.max(0, origin - window), origin);
        const mean = recent.reduce((sum, value) => sum + value, 0) / recent.length;
        return new Float64Array(horizon).fill(mean);
      }),
  };
}
