/**
 * @file Forecasts that need no training: the last value, the last season, and their average change.
 *
 * Source: Hyndman and Athanasopoulos 2021, "Forecasting: principles and practice", section 5.2
 */

import type { LocalMethod, LocalModel, LocalSeries } from "../local-forecaster.ts";
import { leastWrong, validationError } from "./validation-error.ts";

/** ŷ(T + h) = y(T): as last time. Of prices, the one that is hard to beat. */
export const persistence: LocalMethod = {
  name: "persistence",
  fit: () => pointwise("", (values, origin) => values[origin - 1]),
};

/** ŷ(T + h) = y(T) + h·(y(T) − y(1)) / (T − 1): the line from the first value to the last goes on. */
export const drift: LocalMethod = {
  name: "drift",
  fit: () =>
    pointwise("", (values, origin, h) => {
      const last = values[origin - 1];
      return last + (h * (last - values[0])) / Math.max(1, origin - 1);
    }),
};

/** ŷ(T + h) = y(T + h − m·⌈h / m⌉): as one season ago. Before a season is known, as last time. */
export function seasonalNaive(season: number): LocalMethod {
  return {
    name: "seasonal naive",
    fit: () =>
      pointwise(`season ${season}`, (values, origin, h) => oneSeasonAgo(values, origin, h, season)),
  };
}

/** Values that the change over a season is averaged over: the candidates. */
const CHANGE_WINDOWS = [1, 2, 3, 6, 12, 24, 48];

/**
 * As one season ago, plus the average change over a season that was seen of late; on the log scale,
 * where change is growth, if that was better on the last third of training:
 *
 *   ŷ(T + h) = y(T + h − m·k) + k·c        k = ⌈h / m⌉, c = mean of y(t) − y(t − m) over the last w
 *
 * With w = 1 this is the seasonal random walk on differences, the airline model without its moving
 * averages (Box and Jenkins 1976).
 */
export function seasonalDrift(season: number): LocalMethod {
  return {
    name: "seasonal naive with drift",
    fit(series, { horizon }) {
      const { values } = series;
      const isPositive = values.every((value) => value > 0);
      const candidates = CHANGE_WINDOWS.filter((window) => season + window <= values.length / 2);
      const models = (candidates.length > 0 ? candidates : [1]).flatMap((window) =>
        (isPositive ? [true, false] : [false]).map((log) =>
          seasonalDriftModel(season, window, log),
        ),
      );
      return leastWrong(models, (model) => validationError(model, series, horizon));
    },
  };
}

function seasonalDriftModel(season: number, window: number, log: boolean): LocalModel {
  const details = `season ${season}, change of the last ${window}${log ? ", log scale" : ""}`;
  return pointwise(details, (values, origin, h) => {
    const base = oneSeasonAgo(values, origin, h, season);
    const first = Math.max(season, origin - window);
    if (first >= origin) return base;
    let change = 0;
    let isLog = log;
    for (let t = first; t < origin; t++) isLog &&= values[t] > 0 && values[t - season] > 0;
    for (let t = first; t < origin; t++) {
      const [now, then] = [values[t], values[t - season]];
      change += isLog ? Math.log(now / then) : now - then;
    }
    const total = (Math.ceil(h / season) * change) / (origin - first);
    return isLog ? base * Math.exp(total) : base + total;
  });
}

function oneSeasonAgo(values: Float64Array, origin: number, h: number, season: number): number {
  const at = origin - 1 + h - season * Math.ceil(h / season);
  return values[at >= 0 ? at : origin - 1];
}

/** A model that says for each h = 1, 2, … what follows the first `origin` values. */
function pointwise(
  details: string,
  forecastAt: (values: Float64Array, origin: number, h: number) => number,
): LocalModel {
  return {
    details,
    forecast: ({ values }: LocalSeries, origins, horizon) =>
      origins.map((origin) =>
        Float64Array.from({ length: horizon }, (_, i) => forecastAt(values, origin, i + 1)),
      ),
  };
}
