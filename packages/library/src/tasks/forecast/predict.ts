/**
 * @file Series in, forecasts out: a trained model as the forecaster that backtests, the command line
 * and pages call.
 */

import { ArgumentError } from "unrolled";
import { channelOf } from "./channels.ts";
import type { ForecastConfig } from "./config.ts";
import type { ForecastModel, Located, Origin } from "./forecast-model.ts";
import {
  QUANTILE_LEVELS,
  type Context,
  type FitForecasterOptions,
  type FittedForecaster,
  type Forecast,
  type Forecaster,
  type TargetForecast,
} from "./forecaster.ts";
import { inOrder, standardQuantiles } from "./intervals.ts";
import { rowsNeeded, type TargetRecipe } from "./recipe.ts";
import { samplePaths } from "./sample-paths.ts";
import type { SeriesSet } from "./series.ts";
import { trainForecast, type ForecastRunOptions } from "./train.ts";
import { CURVES, type Scale } from "./transforms.ts";

/**
 * A recurrent network as a forecaster beside the classical ones, see {@link trainForecast}.
 *
 * @param run how long to train, and what to do meanwhile
 */
export function recurrentForecaster(
  config: Partial<ForecastConfig> = {},
  run: Omit<ForecastRunOptions, "horizon" | "signal"> = {},
): Forecaster {
  return {
    name: config.cell ?? "lstm",
    async fit(train: SeriesSet, { horizon, seed, signal }: FitForecasterOptions) {
      const { model } = await trainForecast(
        train,
        { ...config, seed },
        { ...run, horizon, signal },
      );
      return fittedForecaster(model);
    },
  };
}

/** A trained model as a {@link FittedForecaster}. */
export function fittedForecaster(model: ForecastModel): FittedForecaster {
  return {
    name: model.config.cell,
    details: describeModel(model),
    forecast: (contexts) => Promise.resolve().then(() => forecastContexts(model, contexts)),
  };
}

/** What was chosen for each target, in words. */
export function describeModel({ recipe }: ForecastModel): string {
  const entries = Object.entries(recipe.targets);
  return entries
    .map(([target, own]) => (entries.length > 1 ? `${target}: ` : "") + describeTarget(own))
    .join("; ");
}

function describeTarget({ curve, anchor, inputs, penalty, networkWeight }: TargetRecipe): string {
  const parts = [
    curve === "none" ? "" : curve,
    anchor.season > 0
      ? `season ${anchor.season}${anchor.drift ? " and last change" : ""}`
      : "last value",
    penalty === null ? "" : `${inputs.lags} lags${inputs.level ? ", mean" : ""}, ridge ${penalty}`,
    `network ${Math.round(100 * networkWeight)} %`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** Forecasts of all targets for each context. */
export function forecastContexts(model: ForecastModel, contexts: readonly Context[]): Forecast[] {
  const names = Object.keys(model.recipe.targets);
  const origins = contexts.flatMap((context) =>
    names.map((target) => originOf(model, context, target)),
  );
  const horizonOf = (i: number) => contexts[Math.floor(i / names.length)].future.times.length;
  const isPath = model.recipe.form === "autoregressive";
  const located = isPath ? null : model.locate(origins);
  const forecasts = origins.map(({ channel, origin }, i) => {
    const own = model.recipe.targets[channel.target];
    if (located) return targetForecast(model, own, channel.scale, located[i], horizonOf(i));
    const { located: fromPaths, paths } = samplePaths(model, { channel, origin }, horizonOf(i));
    const forecast = targetForecast(model, own, channel.scale, fromPaths, horizonOf(i));
    const { inverse } = CURVES[own.curve];
    const { center, spread } = channel.scale;
    return {
      ...forecast,
      samples: paths.map((path) => path.map((u) => inverse(center + spread * u))),
    };
  });
  return contexts.map(({ series, future }, c) => ({
    id: series.id,
    times: future.times,
    targets: Object.fromEntries(
      names.map((target, k) => [target, forecasts[c * names.length + k]]),
    ),
  }));
}

/** What the networks read of a context. */
export function originOf(
  model: ForecastModel,
  { series, future }: Context,
  target: string,
  ownScale?: Scale,
): Origin {
  const { recipe } = model;
  const length = series.times.length;
  const horizon = future.times.length;
  if (length === 0) {
    throw new ArgumentError("forecast: expected at least one row before the origin, got none.");
  }
  if (horizon < 1 || horizon > recipe.horizon) {
    throw new ArgumentError(
      `forecast: expected 1 to ${recipe.horizon} steps to forecast, as the model was trained for, got ${horizon}.`,
    );
  }
  if (!Object.hasOwn(series.columns, target)) {
    throw new ArgumentError(
      `forecast: expected the column ${target}, which the model was trained to forecast, got ${Object.keys(series.columns).join(", ")}.`,
    );
  }
  const { curve, scales } = recipe.targets[target];
  const from = Math.max(0, length - rowsNeeded(recipe));
  const scale = ownScale ?? scales[series.id];
  const known = lengthened(future, recipe.horizon);
  const channel = channelOf(series, recipe, { target, curve, scale, from, future: known });
  return { channel, origin: channel.u.length };
}

/** A future of `horizon` steps: beyond what is asked for, the last step again, to no effect. */
function lengthened({ times, known }: Context["future"], horizon: number): Context["future"] {
  const long = (values: Float64Array) =>
    Float64Array.from({ length: horizon }, (_, h) => values[Math.min(h, values.length - 1)]);
  return {
    times: long(times),
    known: Object.fromEntries(Object.entries(known).map(([name, values]) => [name, long(values)])),
  };
}

/** Back to the series' own unit: quantiles as they are, the mean as the curve asks for it. */
function targetForecast(
  { config, recipe }: ForecastModel,
  { curve, offsets }: TargetRecipe,
  { center, spread: unit }: Scale,
  { location, spread, shape }: Located,
  horizon: number,
): TargetForecast {
  const standard = standardQuantiles(config.distribution, recipe.df);
  const { inverse, mean } = CURVES[curve];
  const levels = QUANTILE_LEVELS.length;
  const rows = Array.from({ length: horizon }, (_, h) =>
    inOrder(
      QUANTILE_LEVELS.map((_, level) => {
        const z = standard[level] + (shape?.[h * levels + level] ?? 0) + offsets[h][level];
        return inverse(center + unit * (location[h] + spread[h] * z));
      }),
    ),
  );
  return {
    mean: Float64Array.from({ length: horizon }, (_, h) => {
      return mean(center + unit * location[h], unit * spread[h]);
    }),
    quantiles: QUANTILE_LEVELS.map((_, level) => Float64Array.from(rows, (row) => row[level])),
  };
}
