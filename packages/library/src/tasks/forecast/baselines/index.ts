/**
 * @file The classical forecasters that every model is shown beside.
 */

import type { Forecaster } from "../forecaster.ts";
import { localForecaster } from "../local-forecaster.ts";
import { exponentialSmoothing } from "./exponential-smoothing.ts";
import { linearAutoregression } from "./linear-autoregression.ts";
import { movingAverage } from "./moving-average.ts";
import { drift, persistence, seasonalDrift, seasonalNaive } from "./naive.ts";

/**
 * Persistence, drift, moving average, exponential smoothing and linear autoregression; with a season
 * also the seasonal naive forecast, plain and with drift. Each is fitted to every series and target
 * alone, chooses its settings on the last third of training, and has intervals from its own errors
 * there.
 *
 * @param season steps in a season, from `detectSeason`; 1 where there is none
 *
 * @example
 * classicalForecasters(1).map(({ name }) => name).join(", ");
 * // "persistence, drift, moving average, exponential smoothing, linear autoregression"
 */
export function classicalForecasters(season: number): Forecaster[] {
  const seasonal = season > 1 ? [seasonalNaive(season), seasonalDrift(season)] : [];
  return [
    persistence,
    drift,
    ...seasonal,
    movingAverage(season),
    exponentialSmoothing(season),
    linearAutoregression(season),
  ].map(localForecaster);
}
