/**
 * @file Channels as what networks read: a row of numbers for each step of the past, and for each
 * origin what the linear part leaves over.
 */

import { RandomGenerator, tensor, type BatchSource, type Json, type Tensor } from "unrolled";
import type { Channel } from "./channels.ts";

/** What a step of the past gives to the network. */
export interface StepInputs {
  /** Steps in a season; 0 for none. */
  season: number;
  /** Columns of the calendar, at the step after. */
  calendar: number;
  /** Covariates known in advance: the first of a channel's. Those of the step after are read too. */
  known: number;
  covariates: number;
  /** Say which values are missing. */
  marksMissing: boolean;
}

/** Changes beyond this many of their own size say no more than this. */
const FARTHEST = 6;

/** Numbers that a step gives. */
export function numStepInputs(inputs: StepInputs): number {
  const { season, calendar, known, covariates, marksMissing } = inputs;
  return 3 + Number(season > 0) + Number(marksMissing) + calendar + covariates + known;
}

/**
 * Rows `from` … `to` − 1 of a channel, [to − from, numStepInputs]; rows before its start are 0. A row
 * has nothing of what comes after it, but for the calendar and the known covariates of the next step,
 * so reading can go on where it stopped.
 *
 * @param level what stands for the last value: 0 for a target that has no mean to return to
 */
export function stepInputs(
  channel: Channel,
  from: number,
  to: number,
  inputs: StepInputs,
  level: number,
): Float32Array {
  const { u, missing, calendar, covariates, scale } = channel;
  const { season, known, marksMissing } = inputs;
  const width = numStepInputs(inputs);
  const rows = new Float32Array((to - from) * width);
  for (let row = Math.max(from, 0); row < to; row++) {
    let at = (row - from) * width;
    const change = row > 0 ? (u[row] - u[row - 1]) / scale.step : 0;
    rows[at++] = limited(change);
    rows[at++] = Math.min(FARTHEST, Math.abs(change));
    rows[at++] = level * limited(u[row]);
    if (season > 0) rows[at++] = row >= season ? limited(u[row] - u[row - season]) : 0;
    if (marksMissing) rows[at++] = missing[row];
    for (const column of calendar) rows[at++] = column[row + 1];
    for (const column of covariates) rows[at++] = limited(column[row]);
    for (let c = 0; c < known; c++) rows[at++] = limited(covariates[c][row + 1]);
  }
  return rows;
}

function limited(value: number): number {
  return Math.max(-FARTHEST, Math.min(FARTHEST, value));
}

/** Numbers that {@link futureInputs} gives for each step. */
export function numFutureInputs({ calendar, known }: StepInputs): number {
  return 1 + calendar + known;
}

/** What is known of the steps from `origin` on, [horizon, numFutureInputs]: for a decoder. */
export function futureInputs(
  { calendar, covariates }: Channel,
  origin: number,
  horizon: number,
  inputs: StepInputs,
): Float32Array {
  const { known } = inputs;
  const width = numFutureInputs(inputs);
  const rows = new Float32Array(horizon * width);
  for (let h = 0; h < horizon; h++) {
    let at = h * width;
    rows[at++] = (h + 1) / horizon;
    for (const column of calendar) rows[at++] = column[origin + h];
    for (let c = 0; c < known; c++) rows[at++] = limited(covariates[c][origin + h]);
  }
  return rows;
}

/** A channel of the training part with all that batches are cut from. */
export interface TrainingChannel {
  /** [length, width] */
  steps: Float32Array;
  /** For origin o [o · horizon …]: what the linear part leaves over, in units of its error. */
  remainders: Float32Array;
  /** [horizon, futureWidth] of an origin, for a decoder. */
  future: ((origin: number) => Float32Array) | null;
  /** 0 for a series without a vector of its own. */
  seriesId: number;
  /** The first and last origin that may be trained on. */
  from: number;
  to: number;
}

export interface WindowBatch {
  /** [batch, window, width] */
  past: Tensor;
  places: number[];
  /** [batch · origins, horizon, futureWidth] */
  future: Tensor | null;
  /** [batch] */
  seriesIds: Tensor;
  /** [batch · origins, horizon]; 0 where the mask is 0 */
  targets: Tensor;
  mask: Tensor;
}

export interface WindowSizes {
  window: number;
  width: number;
  horizon: number;
  futureWidth: number;
}

/** A batch of windows that end before the given origins, with forecasts from `places` in each. */
export function windowBatch(
  ends: readonly [channel: TrainingChannel, end: number][],
  places: number[],
  { window, width, horizon, futureWidth }: WindowSizes,
): WindowBatch {
  const batch = ends.length;
  const past = new Float32Array(batch * window * width);
  const targets = new Float32Array(batch * places.length * horizon);
  const mask = new Float32Array(targets.length);
  const future = new Float32Array(futureWidth > 0 ? targets.length * futureWidth : 0);
  const seriesIds = new Int32Array(batch);
  ends.forEach(([channel, end], b) => {
    seriesIds[b] = channel.seriesId;
    const first = end - window;
    const skipped = Math.max(0, -first);
    const rows = channel.steps.subarray((first + skipped) * width, end * width);
    past.set(rows, (b * window + skipped) * width);
    places.forEach((place, p) => {
      const origin = first + place + 1;
      if (origin < channel.from || origin > channel.to) return;
      const at = (b * places.length + p) * horizon;
      for (let h = 0; h < horizon; h++) {
        const remainder = channel.remainders[origin * horizon + h];
        if (Number.isNaN(remainder)) continue;
        targets[at + h] = remainder;
        mask[at + h] = 1;
      }
      if (channel.future) future.set(channel.future(origin), at * futureWidth);
    });
  });
  const rows = [batch * places.length, horizon];
  return {
    past: tensor(past, { shape: [batch, window, width] }),
    places,
    future: futureWidth > 0 ? tensor(future, { shape: [...rows, futureWidth] }) : null,
    seriesIds: tensor(seriesIds),
    targets: tensor(targets, { shape: rows }),
    mask: tensor(mask, { shape: rows }),
  };
}

export interface RandomWindowsOptions extends WindowSizes {
  batchSize: number;
  /** Forecasts from so many places of each window: its end, and others of its second half. */
  originsPerWindow: number;
  seed: number;
}

/** Windows that end anywhere, without end: what training reads. */
export class RandomWindows implements BatchSource<WindowBatch> {
  readonly batchesPerEpoch: number;
  readonly #channels: readonly TrainingChannel[];
  readonly #options: RandomWindowsOptions;
  readonly #generator: RandomGenerator;
  readonly #total: number;
  #count = 0;

  constructor(channels: readonly TrainingChannel[], options: RandomWindowsOptions) {
    this.#channels = channels;
    this.#options = options;
    this.#generator = new RandomGenerator(options.seed);
    this.#total = channels.reduce((sum, { from, to }) => sum + Math.max(0, to - from + 1), 0);
    const perBatch = options.batchSize * options.originsPerWindow;
    this.batchesPerEpoch = Math.max(1, Math.ceil(this.#total / perBatch));
  }

  next(): { batch: WindowBatch; startsEpoch: boolean } {
    const { batchSize, originsPerWindow, window } = this.#options;
    const ends = Array.from({ length: batchSize }, () => this.#randomEnd());
    const places = new Set([window - 1]);
    const half = Math.ceil(window / 2);
    while (places.size < Math.min(originsPerWindow, half)) {
      places.add(window - half + this.#generator.integer(half));
    }
    const startsEpoch = this.#count % this.batchesPerEpoch === 0;
    this.#count++;
    return { batch: windowBatch(ends, [...places], this.#options), startsEpoch };
  }

  #randomEnd(): [TrainingChannel, number] {
    let place = this.#generator.integer(this.#total);
    for (const channel of this.#channels) {
      const count = Math.max(0, channel.to - channel.from + 1);
      if (place < count) return [channel, channel.from + place];
      place -= count;
    }
    throw new Error("internal: no window is left. Please report this.");
  }

  getPosition(): Json {
    return { count: this.#count, random: this.#generator.getState() as unknown as Json };
  }

  setPosition(position: Json): void {
    const { count, random } = position as { count: number; random: never };
    this.#count = count;
    this.#generator.setState(random);
  }
}
