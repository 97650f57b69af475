/**
 * @file Pooling along time: every window becomes its largest value, or its mean.
 */

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import { ArgumentError } from "../core/errors.ts";
import type { SequenceLengths } from "../data/lengths.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import {
  checkWindows,
  numWindowsOf,
  windowedBatch,
  withBatchAxis,
  type WindowedBatch,
  type WindowForwardOptions,
  type Windows,
} from "./sliding-windows.ts";

export interface Pool1dOptions {
  /** Steps from a window to the next. Default: kernelSize, so that windows do not overlap. */
  stride?: number;
  /** Steps added before and after the sequence, at most half of kernelSize. Default: 0. */
  padding?: number;
  /** Let the last window reach past the end, rather than drop what is left over. Default: `false`. */
  ceilMode?: boolean;
}

export interface MaxPool1dOptions extends Pool1dOptions {
  /** Steps between the elements of a window. Default: 1. */
  dilation?: number;
}

export interface AvgPool1dOptions extends Pool1dOptions {
  /** Count padding as zeros in the mean, rather than leave it out. Default: `true`. */
  countIncludePad?: boolean;
}

/** The base of {@link MaxPool1d} and {@link AvgPool1d}. */
abstract class Pool1d extends Module {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly ceilMode: boolean;
  protected readonly windows: Windows;

  protected constructor(
    kernelSize: number,
    { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false }: MaxPool1dOptions,
  ) {
    super();
    const where = this.constructor.name;
    this.windows = { kernelSize, stride, dilation, ceilMode, padLeft: padding, padRight: padding };
    checkWindows(where, this.windows);
    if (2 * padding > kernelSize) {
      throw new ArgumentError(
        `${where}: expected padding of at most half of kernelSize, ${kernelSize}, got ${padding}. Otherwise a window could see nothing but padding.`,
      );
    }
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.ceilMode = ceilMode;
  }

  /** x [batch, channels, seq] → [batch, channels, out], or both without the batch */
  forward(x: Tensor, options: WindowForwardOptions = {}): Tensor {
    const where = `${this.constructor.name}.forward`;
    return withBatchAxis(where, x, null, (batch) =>
      this.pool(batch, windowedBatch(where, batch, this.windows, options)),
    );
  }

  override whyNotCausal(): string | null {
    return "it makes one step of several";
  }

  protected abstract pool(x: Tensor, sizes: WindowedBatch): Tensor;

  /** Steps after this layer, of sequences that had `lengths`; 0 where one is too short. */
  outputLengths(lengths: SequenceLengths): Int32Array {
    return numWindowsOf(lengths, this.windows);
  }
}

/**
 * The largest value of every window: whether a pattern occurred, wherever in the window it did.
 *
 * - x [batch, channels, seq] or [channels, seq]
 * - y [batch, channels, out], out = ⌊(seq + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1,
 *   or ⌈…⌉ with `ceilMode`, where a window that would begin behind the end is left out
 *
 * Padding is −∞: it never wins. The gradient goes to the winner, the first of equals.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 *
 * @example
 * new nn.MaxPool1d(2).forward(tensor([[1, 5, 2, 3]])).toArray(); // [[5, 3]]
 */
export class MaxPool1d extends Pool1d {
  constructor(kernelSize: number, options: MaxPool1dOptions = {}) {
    super(kernelSize, options);
  }

  protected pool(x: Tensor, sizes: WindowedBatch): Tensor {
    const { batch, channels, out } = sizes;
    const { dilation } = this;
    const xs = x.storage.array;
    const y = backend().alloc(batch * channels * out);
    const winners = new Int32Array(y.length).fill(-1);
    forEachWindow(sizes, this.windows, (i, rowAt, start, end) => {
      if (start >= end) {
        y[i] = -Infinity; // with dilation, all that a window sees can be padding
        return;
      }
      let best = start;
      for (let at = start; at < end; at += dilation) {
        // NaN wins over everything, as in PyTorch.
        if (xs[rowAt + at] > xs[rowAt + best] || Number.isNaN(xs[rowAt + at])) best = at;
      }
      winners[i] = rowAt + best;
      y[i] = xs[rowAt + best];
    });
    return record(
      "maxPool1d",
      [x],
      new Tensor(y, [batch, channels, out]),
      (gradY) => {
        const gradX = backend().alloc(x.size);
        const grad = gradY.storage.array;
        for (let i = 0; i < winners.length; i++) if (winners[i] >= 0) gradX[winners[i]] += grad[i];
        return [new Tensor(gradX, x.shape)];
      },
      { ...this.windows, lengths: sizes.hasLengths ? sizes.steps : null },
    );
  }
}

/**
 * The mean of every window.
 *
 * - x [batch, channels, seq] or [channels, seq]
 * - y [batch, channels, out], with `out` as for {@link MaxPool1d}
 *
 * Padding counts as zeros, unless `countIncludePad` is off. Steps that `ceilMode` adds never count.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 *
 * @example
 * new nn.AvgPool1d(2).forward(tensor([[1, 5, 2, 4]])).toArray(); // [[3, 3]]
 */
export class AvgPool1d extends Pool1d {
  readonly countIncludePad: boolean;

  constructor(kernelSize: number, options: AvgPool1dOptions = {}) {
    const { stride, padding, ceilMode, countIncludePad = true } = options;
    super(kernelSize, { stride, padding, ceilMode });
    this.countIncludePad = countIncludePad;
  }

  protected pool(x: Tensor, sizes: WindowedBatch): Tensor {
    const { batch, channels, out } = sizes;
    const xs = x.storage.array;
    const y = backend().alloc(batch * channels * out);
    const forEach = (visit: (i: number, from: number, to: number, divisor: number) => void) => {
      forEachWindow(sizes, this.windows, (i, rowAt, start, end, padded) => {
        visit(i, rowAt + start, rowAt + end, this.countIncludePad ? padded : end - start);
      });
    };
    forEach((i, from, to, divisor) => {
      let sum = 0;
      for (let at = from; at < to; at++) sum += xs[at];
      y[i] = sum / divisor;
    });
    return record(
      "avgPool1d",
      [x],
      new Tensor(y, [batch, channels, out]),
      (gradY) => {
        const gradX = backend().alloc(x.size);
        const grad = gradY.storage.array;
        forEach((i, from, to, divisor) => {
          for (let at = from; at < to; at++) gradX[at] += grad[i] / divisor;
        });
        return [new Tensor(gradX, x.shape)];
      },
      {
        ...this.windows,
        countIncludePad: this.countIncludePad,
        lengths: sizes.hasLengths ? sizes.steps : null,
      },
    );
  }
}

/**
 * Visits window i of the output: it sees the steps from `start`, in strides of the dilation, up to
 * but not including `end`, of the row that begins at `rowAt`; `padded` is how many it would see,
 * were padding a part of the sequence.
 */
function forEachWindow(
  { batch, channels, seq, out, steps, counts }: WindowedBatch,
  { kernelSize, stride, padLeft, padRight, dilation }: Windows,
  visit: (i: number, rowAt: number, start: number, end: number, padded: number) => void,
): void {
  for (let n = 0, row = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++, row++) {
      for (let o = 0; o < counts[n]; o++) {
        const first = o * stride - padLeft;
        const last = first + (kernelSize - 1) * dilation + 1;
        const start = first < 0 ? first + Math.ceil(-first / dilation) * dilation : first;
        const padded = Math.min(last, steps[n] + padRight) - first;
        visit(row * out + o, row * seq, start, Math.min(last, steps[n]), padded);
      }
    }
  }
}
