/**
 * @file A long series becomes a data set: a stretch to read, and what follows it to predict.
 *
 *   series      0 1 2 3 4 5 6 7          window 3, horizon 2, stride 2
 *
 *   item 0      i i i t t                input [0 1 2]   target [3 4]
 *   item 1          i i i t t            input [2 3 4]   target [5 6]
 */

import { ArgumentError, checkSize, formatShape, ShapeError } from "../core/errors.ts";
import { tensor } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { checkShares, type Shares } from "./split.ts";

export interface SlidingWindowsOptions {
  /** Time steps to read. */
  window: number;
  /** Time steps to predict. Default: 1. */
  horizon?: number;
  /** Time steps from one item to the next. Default: 1. */
  stride?: number;
  /** Which features are to be predicted. Default: all of them. */
  targets?: readonly number[];
  /** The first time step to predict; what is read may lie before it. Default: the first with a window before it. */
  targetsFrom?: number;
  /** The time step after the last to predict. Default: the end of the series. */
  targetsTo?: number;
}

/** Numbers, or one row of features for each time step. */
export type Series = Tensor | readonly number[] | Float32Array | readonly (readonly number[])[];

/** What is read, and what comes after it. */
export interface SeriesWindow {
  /** [window, features] */
  input: Tensor;
  /** [horizon, targets] */
  target: Tensor;
}

/**
 * The windows of a series, each copied out when it is asked for. `collateFields({ input: collateStacked, target: collateStacked })`
 * makes batches of them.
 *
 * @throws ArgumentError if the series is too short for one window and its horizon
 *
 * @example
 * const windows = new SlidingWindows([0, 1, 2, 3, 4, 5, 6, 7], { window: 3, horizon: 2, stride: 2 });
 * windows.length; // 2
 * windows.at(1).input.toArray(); // [[2], [3], [4]]
 * windows.at(1).target.toArray(); // [[5], [6]]
 */
export class SlidingWindows implements Dataset<SeriesWindow> {
  readonly window: number;
  readonly horizon: number;
  readonly stride: number;
  readonly targets: readonly number[];
  readonly length: number;
  /** [time, features] */
  readonly #series: Tensor;
  /** The first time step that is a target. */
  readonly #start: number;

  constructor(
    series: Series,
    {
      window,
      horizon = 1,
      stride = 1,
      targets,
      targetsFrom: start = 0,
      targetsTo: end = Infinity,
    }: SlidingWindowsOptions,
  ) {
    checkSize("SlidingWindows", "window", window);
    checkSize("SlidingWindows", "horizon", horizon);
    checkSize("SlidingWindows", "stride", stride);
    checkSize("SlidingWindows", "targetsFrom", start, 0);
    if (end !== Infinity) checkSize("SlidingWindows", "targetsTo", end, 0);
    this.#series = matrixOf(series);
    const [time, features] = this.#series.shape;
    this.targets = targets ?? Array.from({ length: features }, (_, feature) => feature);
    checkTargets(this.targets, features);

    this.window = window;
    this.horizon = horizon;
    this.stride = stride;
    this.#start = Math.max(start, window);
    const room = Math.min(end, time) - this.#start - horizon;
    this.length = Math.max(0, Math.floor(room / stride) + 1);
    if (this.length === 0) {
      throw new ArgumentError(
        `SlidingWindows: expected at least ${window + horizon} time steps because window is ${window} and horizon is ${horizon}, ` +
          `got ${time}${start > 0 || end < time ? `, of which ${start} to ${Math.min(end, time) - 1} may be predicted` : ""}. ` +
          "Lower window or horizon.",
      );
    }
  }

  /** The first time step of item `index`'s target. */
  targetTime(index: number): number {
    return this.#start + index * this.stride;
  }

  at(index: number): SeriesWindow {
    const [, features] = this.#series.shape;
    const data = this.#series.storage.array;
    const from = this.targetTime(index);
    const input = data.slice((from - this.window) * features, from * features);
    const target = new Float64Array(this.horizon * this.targets.length);
    let n = 0;
    for (let time = from; time < from + this.horizon; time++) {
      for (const feature of this.targets) target[n++] = data[time * features + feature];
    }
    return {
      input: tensor(input, { shape: [this.window, features] }),
      target: tensor(target, { shape: [this.horizon, this.targets.length] }),
    };
  }

  /**
   * Windows for each part of the series, in the order of time. No time step is a target in two
   * parts, and nothing that training reads or predicts lies in a later part. The other way round,
   * windows of a later part may begin in an earlier one: the past is known when it is predicted.
   *
   * Whatever is fitted to the series, such as its mean and spread, must come from the first part
   * alone.
   *
   * @throws ArgumentError if a part is too short for one window
   *
   * @example
   * const series = Array.from({ length: 100 }, (_, time) => time);
   * const { train, test } = SlidingWindows.split(series, { train: 0.8, test: 0.2 }, { window: 7 });
   * train.at(train.length - 1).target.toArray(); // [[79]]
   * test.at(0).input.toArray(); // [[73], [74], [75], [76], [77], [78], [79]]
   * test.at(0).target.toArray(); // [[80]]
   */
  static split<const Names extends Shares>(
    series: Series,
    shares: Names,
    options: Omit<SlidingWindowsOptions, "targetsFrom" | "targetsTo">,
  ): { [Name in keyof Names]: SlidingWindows } {
    checkShares("SlidingWindows.split", shares);
    const matrix = matrixOf(series);
    let start = 0;
    let share = 0;
    const parts = Object.entries(shares).map(([name, own]) => {
      share += own;
      const end = Math.round(share * matrix.shape[0]);
      const part = new SlidingWindows(matrix, { ...options, targetsFrom: start, targetsTo: end });
      start = end;
      return [name, part] as const;
    });
    return Object.fromEntries(parts) as { [Name in keyof Names]: SlidingWindows };
  }
}

/** A series as [time, features]. */
function matrixOf(series: Series): Tensor {
  const values = series instanceof Tensor ? series : tensor(series as number[] | number[][]);
  const matrix = values.rank === 1 ? values.unsqueeze(-1) : values;
  if (matrix.rank === 2) return matrix;
  throw new ShapeError(
    `SlidingWindows: expected a series [time] or [time, features], got ${formatShape(values.shape)}.`,
  );
}

function checkTargets(targets: readonly number[], features: number): void {
  const isFeature = (it: number) => Number.isInteger(it) && it >= 0 && it < features;
  if (targets.length > 0 && targets.every(isFeature)) return;
  throw new ArgumentError(
    `SlidingWindows: expected targets from 0 to ${features - 1}, the series' features, got ${formatShape(targets)}.`,
  );
}
