/**
 * @file What is measured, and on which rows: the horizon, the test part, the season.
 */

import {
  detectSeason,
  before,
  testFrom,
  type Frequency,
  type FrequencyUnit,
  type RowOf,
  type SeriesSet,
} from "unrolled/tasks/forecast";
import { share, wholeNumber } from "../../commands/options.ts";
import { FailureError } from "../../errors.ts";
import { plural } from "../../terminal/numbers.ts";

export interface ForecastPlan {
  horizon: number;
  /** The first row of the test part of each series. */
  from: RowOf;
  /** Steps in a season; 1 where none was found in the training part. */
  season: number;
  /** Rows from one forecast of the test part to the next. */
  stride: number;
  train: SeriesSet;
}

export interface PlanOptions {
  horizon?: number;
  /** Below 1 a share, else a number of steps. */
  test: number;
  stride?: number;
}

/** About what people plan for: a day of hours, a week of days, a year of months. */
const HORIZONS: Readonly<Record<FrequencyUnit, number>> = {
  step: 10,
  second: 60,
  minute: 60,
  hour: 24,
  day: 7,
  "business-day": 5,
  week: 4,
  month: 12,
  quarter: 4,
  year: 3,
};
/** A longer test part is visited at every second, third, … row: enough for every digit shown. */
const MOST_ORIGINS = 4000;
/** Below this, neither a network nor a baseline has anything to choose by. */
const LEAST_TRAINING = 10;

/** @throws FailureError where the series are too short for what is asked */
export function planForecast(set: SeriesSet, options: PlanOptions): ForecastPlan {
  const longest = Math.max(...set.series.map(({ times }) => times.length));
  const horizon = options.horizon ?? defaultHorizon(set.frequency, longest);
  const from = testFrom(set, options.test);
  const tests = set.series.map((series) => series.times.length - from(series));
  const training = Math.max(...set.series.map(from));
  if (training < LEAST_TRAINING) {
    throw new FailureError(
      `Expected at least ${LEAST_TRAINING} rows to train on, got ${training} of ${longest}: forecasts of so short a series would mean nothing. Give a longer one, or hold out less (--test).`,
    );
  }
  if (horizon > Math.max(...tests)) {
    throw new FailureError(
      `The horizon of ${plural(horizon, "step")} is longer than the test part of ${plural(Math.max(...tests), "step")} (of ${plural(longest, "row")}). Forecast fewer (--horizon), or hold out more (--test ${2 * horizon}).`,
    );
  }
  if (horizon >= training / 2) {
    throw new FailureError(
      `The horizon of ${plural(horizon, "step")} is longer than half of the ${plural(training, "row")} to train on: forecasts of that kind were hardly ever seen. Forecast fewer (--horizon).`,
    );
  }
  const train = before(set, from);
  const origins = tests.reduce((sum, rows) => sum + Math.max(0, rows - horizon + 1), 0);
  return {
    horizon,
    from,
    train,
    season: detectSeason(train),
    stride: options.stride ?? Math.ceil(origins / MOST_ORIGINS),
  };
}

/** `--test <n>`: a share below 1, or a number of steps. */
export function testSize(text: string): number {
  return text.includes(".") ? share("(0, 1)")(text) : wholeNumber(1)(text);
}

function defaultHorizon({ unit, count }: Frequency, rows: number): number {
  const usual = unit === "minute" && count >= 5 ? 1440 / count : HORIZONS[unit];
  const fitting = Math.floor(rows / 12);
  return Math.max(1, Math.min(Math.round(usual), fitting));
}

/** By the names of the columns: of prices alone is advice expected, and denied. */
export function looksLikePrices({ targets, frequency }: SeriesSet): boolean {
  const named = /(^|[^a-z])(close|open|high|low|price|adj|quote|nav)([^a-z]|$)|adjclose/i;
  return frequency.unit === "business-day" || targets.some((target) => named.test(target));
}
