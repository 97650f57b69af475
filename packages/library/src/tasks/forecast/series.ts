/**
 * @file Series on a regular grid of time: what every forecaster is fitted on.
 */

import type { Frequency } from "./frequency.ts";

/** One series: a column of numbers for each of its variables, NaN where a value is missing. */
export interface TimeSeries {
  /** Which one it is among many; `""` where there is only one. */
  id: string;
  /**
   * [length] rising, one frequency apart: milliseconds since 1970 in UTC, or 0, 1, 2, … without a time
   * column. A time that the table leaves out is here, with NaN in every column.
   */
  times: Float64Array;
  /** Name → [length]. */
  columns: Readonly<Record<string, Float64Array>>;
}

/** Series of the same variables, with what each variable is for. */
export interface SeriesSet {
  frequency: Frequency;
  /** Columns to forecast. */
  targets: readonly string[];
  /** Columns whose future is known when a forecast is made, such as holidays and prices planned. */
  knownCovariates: readonly string[];
  /** Columns that are known up to the origin of a forecast only. */
  observedCovariates: readonly string[];
  series: readonly TimeSeries[];
}

/**
 * Rows `from` … `to` − 1 of a series, as views on the same numbers: nothing is copied.
 *
 * @example
 * const series = { id: "", times: Float64Array.of(0, 1, 2), columns: { y: Float64Array.of(5, 6, 7) } };
 * sliceSeries(series, 0, 2).columns.y; // [5, 6]
 */
export function sliceSeries(series: TimeSeries, from: number, to: number): TimeSeries {
  const columns: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(series.columns)) {
    columns[name] = values.subarray(from, to);
  }
  return { id: series.id, times: series.times.subarray(from, to), columns };
}

/** The rows of every series before the origin that `originOf` gives for it. */
export function before(set: SeriesSet, originOf: (series: TimeSeries) => number): SeriesSet {
  return { ...set, series: set.series.map((series) => sliceSeries(series, 0, originOf(series))) };
}

/**
 * How many rows come before the future: up to the last one in which a target has a value. What follows
 * are times whose known covariates are given.
 */
export function observedLength(set: Pick<SeriesSet, "targets">, series: TimeSeries): number {
  let length = series.times.length;
  const isEmpty = (row: number) =>
    set.targets.every((target) => Number.isNaN(series.columns[target][row]));
  while (length > 0 && isEmpty(length - 1)) length--;
  return length;
}
