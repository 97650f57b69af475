/**
 * @file A classical method for one series becomes a forecaster for many: it is fitted to each series
 * and target alone, and has intervals from what it got wrong in the past.
 */

import { ArgumentError } from "unrolled";
import {
  errorOn,
  ErrorSpread,
  recentErrors,
  REMEMBERED,
  type PastForecast,
} from "./error-spread.ts";
import { fillForward } from "./fill-forward.ts";
import type {
  Context,
  FitForecasterOptions,
  FittedForecaster,
  Forecast,
  Forecaster,
  TargetForecast,
} from "./forecaster.ts";
import { stepNumber, type Frequency } from "./frequency.ts";
import type { SeriesSet, TimeSeries } from "./series.ts";

/** One column from its first value on, missing values filled with the last before them. */
export interface LocalSeries {
  values: Float64Array;
  /** The {@link stepNumber} of the first value: for what depends on the time of the year or day. */
  firstStep: number;
}

export interface LocalFitOptions {
  horizon: number;
}

/** A method for one series. */
export interface LocalMethod {
  readonly name: string;
  /** Learns from the whole of `series`, which has at least one value. */
  fit(series: LocalSeries, options: LocalFitOptions): LocalModel;
}

export interface LocalModel {
  /** What was chosen, in words; may be empty. */
  readonly details: string;
  /**
   * Point forecasts [horizon] after each of the first `origins[i]` ≥ 1 values, rising. What comes
   * later must not be read: it is there so that one pass can serve many origins.
   */
  forecast(series: LocalSeries, origins: readonly number[], horizon: number): Float64Array[];
}

interface Column extends LocalSeries {
  /** As they came: NaN where a value is missing, for nothing is off by guessing what was filled in. */
  observed: Float64Array;
}

/** Errors are collected at so many origins at most, evenly spread. */
const MAX_PAST_FORECASTS = 1000;

/** A method fitted to one column, with the spread of its errors. */
interface FittedColumn {
  model: LocalModel;
  spread: ErrorSpread;
}

/** Makes a {@link Forecaster} of a method for one series. */
export function localForecaster(method: LocalMethod): Forecaster {
  return {
    name: method.name,
    fit: (train, options) => promise(() => new LocalForecaster(method, train, options)),
  };
}

/** The interface is asynchronous, this work is not; what it throws rejects. */
function promise<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

class LocalForecaster implements FittedForecaster {
  readonly name: string;
  readonly details: string;
  readonly #method: LocalMethod;
  readonly #frequency: Frequency;
  readonly #targets: readonly string[];
  readonly #horizon: number;
  /** By series and target. */
  readonly #fitted = new Map<string, FittedColumn>();

  constructor(method: LocalMethod, train: SeriesSet, { horizon }: FitForecasterOptions) {
    this.name = method.name;
    this.#method = method;
    this.#frequency = train.frequency;
    this.#targets = train.targets;
    this.#horizon = horizon;
    for (const series of train.series) {
      for (const target of train.targets) {
        const { column } = this.#column(series, target);
        if (column.values.length > 0) this.#fitted.set(keyOf(series.id, target), this.#fit(column));
      }
    }
    const details = new Set(Array.from(this.#fitted.values(), ({ model }) => model.details));
    this.details = details.size === 1 ? [...details][0] : details.size > 1 ? "by series" : "";
  }

  forecast(contexts: readonly Context[]): Promise<Forecast[]> {
    return promise(() => this.#forecast(contexts));
  }

  #forecast(contexts: readonly Context[]): Forecast[] {
    const byContext = contexts.map((): Record<string, TargetForecast> => ({}));
    for (const target of this.#targets) {
      for (const places of prefixGroups(contexts, target)) {
        const forecasts = this.#forecastPrefixes(
          target,
          places.map((i) => contexts[i]),
        );
        places.forEach((place, i) => (byContext[place][target] = forecasts[i]));
      }
    }
    return contexts.map(({ series, future }, i) => ({
      id: series.id,
      times: future.times,
      targets: byContext[i],
    }));
  }

  /** For contexts that are the same series, cut at rising origins. */
  #forecastPrefixes(target: string, contexts: readonly Context[]): TargetForecast[] {
    const longest = contexts[contexts.length - 1].series;
    const { column, start } = this.#column(longest, target);
    const origins = contexts.map(({ series }) => series.times.length - start);
    if (column.values.length === 0 || origins[0] < 1) {
      throw new ArgumentError(
        `forecast: expected values of ${target} before the first time to forecast, got none${longest.id && ` in series ${longest.id}`}.`,
      );
    }
    const fitted = this.#fitted.get(keyOf(longest.id, target));
    // A series that was not in training is fitted on what is known of it at each origin.
    if (!fitted) {
      return origins.flatMap((origin, i) => {
        const known = cut(column, origin);
        const { length } = contexts[i].future.times;
        return forecastColumn(this.#fit(known), known, [origin], [length]);
      });
    }
    const lengths = contexts.map(({ future }) => future.times.length);
    return forecastColumn(fitted, column, origins, lengths);
  }

  /**
   * Errors come from forecasts of the last third, by the method fitted to what is before it; the
   * forecasts to come are made by the method fitted to everything.
   */
  #fit(column: Column): FittedColumn {
    const horizon = this.#horizon;
    const n = column.values.length;
    const first = Math.max(1, Math.floor((2 * n) / 3));
    const trial = this.#method.fit(cut(column, first), { horizon });
    const count = Math.min(n - first, MAX_PAST_FORECASTS);
    const origins = Array.from(
      { length: count },
      (_, i) => first + Math.floor((i * (n - first)) / count),
    );
    const predicted = trial.forecast(column, origins, horizon);
    const recent = recentErrorsAt(trial, column, origins);
    const past = origins.map((origin, i): PastForecast => {
      const actual = column.observed.subarray(origin, origin + horizon);
      return { predicted: predicted[i].subarray(0, actual.length), actual, recent: recent[i] };
    });
    const model = this.#method.fit(column, { horizon });
    return { model, spread: ErrorSpread.of(past, horizon) };
  }

  /** A target's values from the first that is known on, and where that stands. */
  #column(series: TimeSeries, target: string): { column: Column; start: number } {
    const values = series.columns[target];
    const known = values.findIndex((value) => !Number.isNaN(value));
    const start = known < 0 ? values.length : known;
    const firstStep = known < 0 ? 0 : stepNumber(series.times[known], this.#frequency);
    const observed = values.subarray(start);
    return { column: { values: fillForward(observed), observed, firstStep }, start };
  }
}

function forecastColumn(
  { model, spread }: FittedColumn,
  column: Column,
  origins: readonly number[],
  lengths: readonly number[],
): TargetForecast[] {
  const recent = recentErrorsAt(model, column, origins);
  const means = model.forecast(column, origins, Math.max(...lengths));
  return means.map((all, i) => {
    const mean = all.slice(0, lengths[i]);
    return { mean, quantiles: spread.quantiles(mean, recent[i]) };
  });
}

/** The size of recent errors one step ahead, on either scale, at each origin. */
function recentErrorsAt(model: LocalModel, column: Column, origins: readonly number[]) {
  if (origins.length === 0) return [];
  const from = Math.max(1, origins[0] - REMEMBERED);
  const to = origins[origins.length - 1];
  const steps = Array.from({ length: to - from }, (_, i) => from + i);
  const predicted = steps.length > 0 ? model.forecast(column, steps, 1) : [];
  const errors = (scale: "additive" | "log") =>
    Float64Array.from(steps, (at, i) => errorOn(scale, column.observed[at], predicted[i][0]));
  const additive = errors("additive");
  const log = errors("log");
  return origins.map((origin) => ({
    additive: recentErrors(additive.subarray(0, origin - from)),
    log: recentErrors(log.subarray(0, origin - from)),
  }));
}

function cut({ values, observed, firstStep }: Column, length: number): Column {
  return {
    values: values.subarray(0, length),
    observed: observed.subarray(0, length),
    firstStep,
  };
}

function keyOf(id: string, target: string): string {
  return JSON.stringify([id, target]);
}

/** Places of contexts that are cut from the same numbers, each group by rising origin. */
function prefixGroups(contexts: readonly Context[], target: string): number[][] {
  const groups = new Map<ArrayBufferLike, Map<string, number[]>>();
  contexts.forEach(({ series }, i) => {
    const { buffer, byteOffset } = series.columns[target];
    const ofBuffer = groups.get(buffer) ?? new Map<string, number[]>();
    groups.set(buffer, ofBuffer);
    const key = JSON.stringify([series.id, byteOffset]);
    const places = ofBuffer.get(key) ?? [];
    ofBuffer.set(key, places);
    places.push(i);
  });
  const lengthOf = (i: number) => contexts[i].series.times.length;
  return [...groups.values()].flatMap((group) =>
    Array.from(group.values(), (places) => places.sort((a, b) => lengthOf(a) - lengthOf(b))),
  );
}
