/**
 * @file Convolution along time: one small linear map, slid over the sequence.
 *
 *   y[n, o, t] = bias[o] + Σ_c Σ_k weight[o, c, k] · x[n, c, t · stride − padLeft + k · dilation]
 *
 * where x is 0 outside the sequence. What every window sees is copied into a column (im2col), and
 * all windows of the batch are one matrix product:
 *
 *   y = W·cols      W [outChannels, C·K],  cols [C·K, batch · out]
 *   dL/dW = dL/dy·colsᵀ,  dL/dcols = Wᵀ·dL/dy,  dL/dx = the columns added up where they came from
 *
 * With groups, each has a product of its own over its share of the channels.
 */

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { ArgumentError, checkSize } from "../core/errors.ts";
import type { SequenceLengths } from "../data/lengths.ts";
import { zeros } from "../tensor/creation.ts";
import { cat } from "../tensor/ops/indexing.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { uniformByFan } from "./init.ts";
import { inEnginePrecision } from "./layer-norm.ts";
import { carriedState, type CarriedState } from "./carried-state.ts";
import { Module, Parameter } from "./module.ts";
import {
  checkWindows,
  numWindowsOf,
  reachOf,
  windowedBatch,
  withBatchAxis,
  type WindowedBatch,
  type WindowForwardOptions,
  type Windows,
} from "./sliding-windows.ts";

export interface Conv1dOptions {
  /** Steps from a window to the next. Default: 1. */
  stride?: number;
  /**
   * Zeros before and after the sequence: a number for either side; `"valid"` for none; `"same"` so
   * that the length stays, with stride 1; `"causal"` for as many before as keep the future out of
   * sight, and none after. Default: 0.
   */
  padding?: number | "valid" | "same" | "causal";
  /** Steps between the elements of the kernel. Default: 1. */
  dilation?: number;
  /** Parts into which channels are split, each convolved apart from the others. Default: 1. */
  groups?: number;
  /** Learn an offset for every output channel. Default: `true`. */
  bias?: boolean;
  /** Where the initial weights come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * Convolution over sequences: local patterns, and with a stride fewer steps for a recurrent layer to
 * go through. The formula is at the top of this file.
 *
 * - x [batch, inChannels, seq] or [inChannels, seq]: features come before steps, so transpose
 *   [batch, seq, feature] before and after
 * - y [batch, outChannels, out], out = ⌊(seq + padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1
 *   with the padding of both sides; see {@link outputLengths}
 *
 * Parameters: `weight` [outChannels, inChannels / groups, kernelSize] and `bias` [outChannels], both
 * uniform in ±1/√(inChannels / groups · kernelSize) at the start.
 *
 * With `padding: "causal"` output t depends on inputs up to t · stride alone, and with stride 1
 * {@link createStream} takes it step by step.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html; causal: van den Oord et
 * al. 2016, "WaveNet: a generative model for raw audio"
 *
 * @throws ShapeError in `forward`, if the channels are not inChannels or the sequence is too short
 *
 * @example
 * const conv = new nn.Conv1d(40, 64, 5, { stride: 2, padding: 2 });
 * conv.forward(zeros([8, 40, 100])).shape; // [8, 64, 50]
 * conv.outputLengths([100, 61]); // [50, 31]
 */
export class Conv1d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number | "valid" | "same" | "causal";
  readonly dilation: number;
  readonly groups: number;
  readonly weight: Parameter; //      [outChannels, inChannels / groups, kernelSize]
  readonly bias: Parameter | null; // [outChannels]

  readonly #windows: Windows;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    {
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
      generator,
    }: Conv1dOptions = {},
  ) {
    super();
    checkSize("Conv1d", "inChannels", inChannels);
    checkSize("Conv1d", "outChannels", outChannels);
    checkSize("Conv1d", "groups", groups);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ArgumentError(
        `Conv1d: expected inChannels and outChannels to be multiples of groups, got ${inChannels}, ${outChannels} and ${groups}.`,
      );
    }
    const reach = (kernelSize - 1) * dilation;
    const sides = paddingSides(padding, reach, stride);
    this.#windows = { kernelSize, stride, dilation, ceilMode: false, ...sides };
    checkWindows("Conv1d", this.#windows);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = groups;

    const fan = (inChannels / groups) * kernelSize;
    const init = (shape: number[]) => new Parameter(uniformByFan(shape, fan, generator));
    this.weight = init([outChannels, inChannels / groups, kernelSize]);
    this.bias = bias ? init([outChannels]) : null;
  }

  /** x [batch, inChannels, seq] → [batch, outChannels, out], or both without the batch */
  forward(x: Tensor, options: WindowForwardOptions = {}): Tensor {
    return withBatchAxis("Conv1d.forward", x, this.inChannels, (batch) => {
      const carried = this.carriesState ? carriedState(this) : null;
      return carried ? this.#goOn(carried, batch) : this.#convolve(batch, this.#windows, options);
    });
  }

  #convolve(x: Tensor, windows: Windows, options: WindowForwardOptions = {}): Tensor {
    const sizes = windowedBatch("Conv1d.forward", x, windows, options);
    return conv1d(x, this.weight, this.bias, sizes, windows, this.groups);
  }

  /** In a stream, the steps before take the place of the zeros before. */
  #goOn(carried: CarriedState, x: Tensor): Tensor {
    const { padLeft } = this.#windows;
    const { past } = carried.resume<{ past: Tensor | null }>({ past: null });
    const all = cat([past ?? zeros([x.shape[0], x.shape[1], padLeft]), x], 2);
    carried.keep({ past: all.slice(2, all.shape[2] - padLeft) });
    return this.#convolve(all, { ...this.#windows, padLeft: 0 });
  }

  override get carriesState(): boolean {
    return this.#windows.padLeft > 0 && this.whyNotCausal() === null;
  }

  override whyNotCausal(): string | null {
    const { stride, padLeft, padRight } = this.#windows;
    if (stride > 1) return `with a stride of ${stride} not every step of the input gives an output`;
    if (padRight === 0 && padLeft === reachOf(this.#windows) - 1) return null;
    return 'its kernel looks at steps to come; padding: "causal" keeps to those before';
  }

  /** Steps after this layer, of sequences that had `lengths`; 0 where one is too short. */
  outputLengths(lengths: SequenceLengths): Int32Array {
    return numWindowsOf(lengths, this.#windows);
  }
}

function paddingSides(
  padding: number | string,
  reach: number,
  stride: number,
): { padLeft: number; padRight: number } {
  if (typeof padding === "number") return { padLeft: padding, padRight: padding };
  if (padding === "valid") return { padLeft: 0, padRight: 0 };
  if (padding === "causal") return { padLeft: reach, padRight: 0 };
  if (padding !== "same") {
    throw new ArgumentError(
      `Conv1d: expected padding to be a number, "valid", "same" or "causal", got ${JSON.stringify(padding)}.`,
    );
  }
  if (stride !== 1) {
    throw new ArgumentError(
      `Conv1d: padding "same" keeps the length, which a stride of ${stride} does not. Give the padding as a number.`,
    );
  }
  const padLeft = Math.floor(reach / 2);
  return { padLeft, padRight: reach - padLeft };
}

function conv1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  sizes: WindowedBatch,
  windows: Windows,
  groups: number,
): Tensor {
  const { batch, out } = sizes;
  const outChannels = weight.shape[0];
  const xs = x.storage.array as FloatArray;
  const w = weight.storage.array as FloatArray;
  // The product of one group: [m, k] · [k, n].
  const m = outChannels / groups;
  const k = weight.size / outChannels;
  const n = batch * out;

  const product = backend().gemm({
    batch: groups,
    m,
    n,
    k,
    a: w,
    b: columnsOf(xs, sizes, windows),
  });
  const y = new Tensor(batchFirst(product, bias, outChannels, sizes), [batch, outChannels, out]);
  return record(
    "conv1d",
    bias ? [x, weight, bias] : [x, weight],
    y,
    (gradY) => {
      const grad = channelsFirst(gradY.storage.array as FloatArray, outChannels, sizes);
      const gradX = () => {
        const call = { batch: groups, m: k, n, k: m, a: w, transA: true, b: grad };
        return new Tensor(addedUp(backend().gemm(call), sizes, windows), x.shape);
      };
      const gradW = () => {
        // Copied once more rather than kept: columns are kernelSize times as large as x.
        const b = columnsOf(xs, sizes, windows);
        const call = { batch: groups, m, n: k, k: n, a: grad, b, transB: true };
        return new Tensor(backend().gemm(call), weight.shape);
      };
      return [
        x.requiresGrad ? gradX() : null,
        weight.requiresGrad ? gradW() : null,
        ...(bias ? [bias.requiresGrad ? rowSums(grad, outChannels, n) : null] : []),
      ];
    },
    { ...windows, groups, lengths: sizes.hasLengths ? sizes.steps : null },
  );
}

/**
 * Visits the places that kernel elements see, in runs: `count` places of x from `xAt` on, `stride`
 * apart, and where they go in cols [channels · kernelSize, batch · out] from `colAt` on, side by side.
 */
function forEachRun(
  { batch, channels, seq, out, steps, counts }: WindowedBatch,
  { kernelSize, stride, padLeft, dilation }: Windows,
  visit: (colAt: number, xAt: number, count: number) => void,
): void {
  for (let c = 0, row = 0; c < channels; c++) {
    for (let k = 0; k < kernelSize; k++, row++) {
      const first = k * dilation - padLeft; // what window 0 sees
      const from = Math.max(0, Math.ceil(-first / stride));
      for (let n = 0; n < batch; n++) {
        const to = Math.min(counts[n], Math.floor((steps[n] - 1 - first) / stride) + 1);
        if (to <= from) continue;
        const colAt = (row * batch + n) * out + from;
        visit(colAt, (n * channels + c) * seq + first + from * stride, to - from);
      }
    }
  }
}

/** im2col */
function columnsOf(x: FloatArray, sizes: WindowedBatch, windows: Windows): FloatArray {
  const { batch, channels, out } = sizes;
  const { kernelSize, stride } = windows;
  const cols = backend().alloc(channels * kernelSize * batch * out);
  forEachRun(sizes, windows, (colAt, xAt, count) => {
    if (stride === 1) cols.set(x.subarray(xAt, xAt + count), colAt);
    else for (let i = 0; i < count; i++) cols[colAt + i] = x[xAt + i * stride];
  });
  return cols;
}

/** col2im: x[place] = Σ of all columns that saw the place. */
function addedUp(cols: FloatArray, sizes: WindowedBatch, windows: Windows): FloatArray {
  const { batch, channels, seq } = sizes;
  const { stride } = windows;
  const x = backend().alloc(batch * channels * seq);
  forEachRun(sizes, windows, (colAt, xAt, count) => {
    // The first loop does the same as the second, three times as fast.
    if (stride === 1) for (let i = 0; i < count; i++) x[xAt + i] += cols[colAt + i];
    else for (let i = 0; i < count; i++) x[xAt + i * stride] += cols[colAt + i];
  });
  return x;
}

/** [channels, batch, out] → [batch, channels, out], plus bias, and 0 past each sequence's end */
function batchFirst(
  product: FloatArray,
  bias: Tensor | null,
  channels: number,
  { batch, out, counts }: WindowedBatch,
): FloatArray {
  const y = backend().alloc(product.length);
  const offsets = bias?.storage.array;
  for (let n = 0, to = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++, to += out) {
      const from = (c * batch + n) * out;
      const offset = offsets ? offsets[c] : 0;
      for (let t = 0; t < counts[n]; t++) y[to + t] = product[from + t] + offset;
    }
  }
  return y;
}

/** [batch, channels, out] → [channels, batch, out], and 0 past each sequence's end */
function channelsFirst(
  grad: FloatArray,
  channels: number,
  { batch, out, counts }: WindowedBatch,
): FloatArray {
  const rows = backend().alloc(grad.length);
  for (let n = 0, from = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++, from += out) {
      rows.set(grad.subarray(from, from + counts[n]), (c * batch + n) * out);
    }
  }
  return rows;
}

function rowSums(rows: FloatArray, numRows: number, width: number): Tensor {
  const sums = new Float64Array(numRows);
  for (let row = 0, at = 0; row < numRows; row++, at += width) {
    let sum = 0;
    for (let i = at; i < at + width; i++) sum += rows[i];
    sums[row] = sum;
  }
  return inEnginePrecision(sums, [numRows]);
}
