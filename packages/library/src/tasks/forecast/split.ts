/**
 * @file Where the past ends: one moment for all series, so that no series tells another's future.
 */

import { ArgumentError } from "unrolled";
import type { SeriesSet, TimeSeries } from "./series.ts";

/** Of a series: the row from which on it is held out. */
export type RowOf = (series: TimeSeries) => number;

/**
 * The first row to be forecast, of each series: the last `size` steps in time, or that share of all
 * rows if it is below 1.
 *
 * @param size below 1 a share, from 1 on a number of steps
 * @throws ArgumentError if nothing is left on either side
 *
 * @example
 * const times = Float64Array.from({ length: 10 }, (_, i) => i);
 * const series = { id: "", times, columns: { y: times } };
 * const set = { frequency: { unit: "step", count: 1 }, targets: ["y"], knownCovariates: [], observedCovariates: [], series: [series] } as const;
 * testFrom(set, 0.2)(series); // 8
 * testFrom(set, 3)(series); // 7
 */
export function testFrom(set: SeriesSet, size: number): RowOf {
  if (!(size > 0) || (size >= 1 && !Number.isInteger(size))) {
    throw new ArgumentError(
      `forecast: expected the test part to be a share below 1 or a whole number of steps, got ${size}.`,
    );
  }
  const isShare = size < 1;
  const all = set.series.flatMap(({ times }) => Array.from(times)).sort((a, b) => a - b);
  const times = isShare ? all : all.filter((time, i) => time !== all[i - 1]);
  const place = isShare ? Math.floor(times.length * (1 - size)) : times.length - size;
  if (place < 1 || place >= times.length) {
    throw new ArgumentError(
      `forecast: expected a test part that leaves something to train on, got ${isShare ? `the share ${size}` : `${size} steps`} of ${times.length} ${isShare ? "rows" : "steps"}.`,
    );
  }
  return rowsFrom(times[place]);
}

/** The first row at `time` or after it. */
export function rowsFrom(time: number): RowOf {
  return ({ times }) => {
    const row = times.findIndex((it) => it >= time);
    return row < 0 ? times.length : row;
  };
}
