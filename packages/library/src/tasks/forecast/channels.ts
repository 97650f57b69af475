/**
 * @file A channel is one target of one series, as the models read it: through its curve, on its
 * scale, with nothing missing.
 */

import { DataError } from "unrolled";
import { calendarFeatures } from "./calendar.ts";
import { fillForward } from "./fill-forward.ts";
import type { Context } from "./forecaster.ts";
import { timesAfter, type Frequency } from "./frequency.ts";
import type { TimeSeries } from "./series.ts";
import { momentsOf, scaleOf, throughCurve, type CurveName, type Scale } from "./transforms.ts";

/** How a covariate is brought to mean 0 and spread 1. */
export interface CovariateScale {
  name: string;
  isKnown: boolean;
  /**
   * Its changes are read, not its level, which has wandered off during the training part: a price, an
   * index, a counter.
   */
  asChange: boolean;
  center: number;
  spread: number;
}

export interface Channel {
  id: string;
  target: string;
  scale: Scale;
  /** [length] after curve and scale; what is missing has the value before it. */
  u: Float64Array;
  /** [length] 1 where the value is missing */
  missing: Uint8Array;
  /** Chosen columns of the calendar, for every row and at least one step after it. */
  calendar: Float64Array[];
  /** For each covariate [length], those known with the future after it; NaN became 0, the mean. */
  covariates: Float64Array[];
}

/** How the series of a model are read, whatever the target. */
export interface Readable {
  frequency: Frequency;
  /** Names of {@link calendarFeatures}. */
  calendar: readonly string[];
  covariates: readonly CovariateScale[];
}

export interface ChannelOptions {
  target: string;
  curve: CurveName;
  /** Of the training part; a series that was not in it is on the scale of its own past. */
  scale?: Scale;
  /** The first row that is read. Default: 0. */
  from?: number;
  /** What is known of the steps after the series. Default: the time of the next one. */
  future?: Context["future"];
}

/** A series as a channel of one target. */
export function channelOf(
  series: TimeSeries,
  { frequency, calendar, covariates }: Readable,
  options: ChannelOptions,
): Channel {
  const { target, curve, from = 0 } = options;
  const column = series.columns[target];
  // What is missing at the start has its value further back.
  let start = from;
  while (start > 0 && Number.isNaN(column[start])) start--;
  const name = series.id ? `${target} of ${series.id}` : target;
  const scale = options.scale ?? scaleOf(column, curve, name);
  const x = throughCurve(column.subarray(start), curve, scale.lowest);
  const last = series.times[series.times.length - 1];
  const future = options.future?.times ?? timesAfter(last, 1, frequency);
  const times = joined(series.times.subarray(from), future);
  const features = calendar.length > 0 ? calendarFeatures(frequency, times) : {};
  return {
    id: series.id,
    target,
    scale,
    u: standardized(x, scale).subarray(from - start),
    missing: Uint8Array.from(x, (value) => Number(Number.isNaN(value))).subarray(from - start),
    calendar: calendar.map((it) => features[it]),
    covariates: covariates.map((covariate) => {
      const values = series.columns[covariate.name].subarray(from);
      if (!covariate.isKnown) return covariateOf(values, covariate);
      return covariateOf(joined(values, knownFuture(covariate.name, options.future)), covariate);
    }),
  };
}

function knownFuture(name: string, future: Context["future"] | undefined): Float64Array {
  // While training, what is known of the last step's future is not asked for.
  if (!future) return new Float64Array(1).fill(NaN);
  const values = future.known[name];
  const missing = values ? values.findIndex(Number.isNaN) : 0;
  if (missing < 0) return values;
  throw new DataError(
    `forecast: expected ${name} for every step to forecast because it is a covariate known in advance, ` +
      `got none for step ${missing + 1}. Give its future values, or train with it as an observed covariate.`,
    missing,
  );
}

function covariateOf(values: Float64Array, scale: CovariateScale): Float64Array {
  const level = standardized(values, scale);
  return scale.asChange ? level.map((value, t) => (t > 0 ? value - level[t - 1] : 0)) : level;
}

/** Missing values have the one before them, or the center: (x − center) / spread. */
function standardized(
  values: Float64Array,
  { center, spread }: { center: number; spread: number },
): Float64Array {
  return fillForward(values).map((value) => (Number.isNaN(value) ? 0 : (value - center) / spread));
}

function joined(past: Float64Array, future: Float64Array): Float64Array {
  const all = new Float64Array(past.length + future.length);
  all.set(past);
  all.set(future, past.length);
  return all;
}

const DAY = 86_400_000;
const CYCLES: Readonly<Record<string, number>> = {
  hour: DAY / 24,
  day: DAY,
  week: 7 * DAY,
  year: 365 * DAY,
};

/**
 * The columns of the calendar that a series can teach: those of cycles that its training part has gone
 * through twice. From one year alone, summer cannot be told from growth.
 */
export function calendarFor(frequency: Frequency, times: Float64Array): string[] {
  const span = times.length > 1 ? times[times.length - 1] - times[0] : 0;
  return Object.keys(calendarFeatures(frequency, [])).filter((name) => {
    return span >= 2 * CYCLES[name.split(" ")[1]];
  });
}

/**
 * The scale of each covariate over all series of a training part. Its level counts unless the last
 * fifth is on average more than two spreads from what was before.
 */
export function covariateScales(
  series: readonly TimeSeries[],
  known: readonly string[],
  observed: readonly string[],
): CovariateScale[] {
  return [...known, ...observed].map((name, i) => {
    const columns = series.map(({ columns }) => columns[name]);
    const split = (column: Float64Array) => Math.floor(0.8 * column.length);
    const early = momentsOf(allOf(columns.map((it) => it.subarray(0, split(it)))));
    const late = momentsOf(allOf(columns.map((it) => it.subarray(split(it)))));
    const asChange = Math.abs(late.center - early.center) > 2 * early.spread;
    const { center, spread } = asChange
      ? momentsOf(allOf(columns.map((it) => it.map((value, t) => value - it[t - 1]))))
      : momentsOf(allOf(columns));
    return { name, isKnown: i < known.length, asChange, center: asChange ? 0 : center, spread };
  });
}

function allOf(columns: readonly Float64Array[]): Float64Array {
  return columns.reduce(joined, new Float64Array(0));
}
