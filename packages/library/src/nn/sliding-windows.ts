/**
 * @file Where a window stands as it slides along a sequence: what convolution and pooling share.
 *
 * Window o looks at the steps  o · stride − padLeft + k · dilation,  k = 0 … kernelSize − 1. Steps
 * before the beginning and from the sequence's length on are padding.
 */

import { ArgumentError, checkSize, formatShape, ShapeError } from "../core/errors.ts";
import { lengthList, type SequenceLengths } from "../data/lengths.ts";
import { checkFloat } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface Windows {
  kernelSize: number;
  stride: number;
  padLeft: number;
  padRight: number;
  dilation: number;
  /** Let the last window reach past the padding, as long as it begins before it. */
  ceilMode: boolean;
}

export interface WindowForwardOptions {
  /**
   * True length of each sequence in a padded batch [batch]. What stands behind a sequence's end is
   * then not seen, and outputs past the end of {@link outputLengths} are 0: every sequence gets what
   * it would get alone.
   */
  lengths?: SequenceLengths;
}

export function checkWindows(where: string, windows: Windows): void {
  checkSize(where, "kernelSize", windows.kernelSize);
  checkSize(where, "stride", windows.stride);
  checkSize(where, "padding", windows.padLeft, 0);
  checkSize(where, "dilation", windows.dilation);
}

/** The steps from a window's first to its last. */
export function reachOf({ kernelSize, dilation }: Windows): number {
  return (kernelSize - 1) * dilation + 1;
}

/** How many windows fit a sequence of this length; 0 where none does. */
export function numWindows(length: number, windows: Windows): number {
  const { stride, padLeft, padRight, ceilMode } = windows;
  const room = length + padLeft + padRight - reachOf(windows);
  if (length === 0 || room < 0) return 0;
  const count = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  return ceilMode && (count - 1) * stride >= length + padLeft ? count - 1 : count;
}

/** {@link numWindows} of each length. */
export function numWindowsOf(lengths: SequenceLengths, windows: Windows): Int32Array {
  return lengthList("outputLengths", lengths).map((length) => numWindows(length, windows));
}

/** A batch as the windows see it. */
export interface WindowedBatch {
  batch: number;
  channels: number;
  /** Steps of the input, and windows along them. */
  seq: number;
  out: number;
  /** Whether sequences differ in length, or might. */
  hasLengths: boolean;
  /** [batch]: steps and windows of each sequence. */
  steps: Int32Array;
  counts: Int32Array;
}

/** Checks x [batch, channels, seq] at the door. */
export function windowedBatch(
  where: string,
  x: Tensor,
  windows: Windows,
  { lengths }: WindowForwardOptions,
): WindowedBatch {
  const [batch, channels, seq] = x.shape;
  const out = numWindows(seq, windows);
  if (out === 0) {
    throw new ShapeError(
      `${where}: expected at least ${Math.max(1, reachOf(windows) - windows.padLeft - windows.padRight)} steps for a window of ${reachOf(windows)}, got ${seq} in ${formatShape(x.shape)}. Is the last axis the steps? Otherwise pad the input.`,
    );
  }
  const steps = lengths ? lengthList(where, lengths) : new Int32Array(batch).fill(seq);
  const wrong = steps.findIndex((n) => n < 0 || n > seq);
  if (steps.length !== batch || wrong >= 0) {
    throw new ArgumentError(
      `${where}: expected ${batch} lengths, one for each sequence, between 0 and ${seq}, got ` +
        (wrong >= 0 ? `${steps[wrong]} for sequence ${wrong}.` : `${steps.length}.`),
    );
  }
  const counts = numWindowsOf(steps, windows);
  return { batch, channels, seq, out, hasLengths: lengths !== undefined, steps, counts };
}

/** Runs `f` on [batch, channels, seq]; a single sequence [channels, seq] becomes a batch of one. */
export function withBatchAxis(
  where: string,
  x: Tensor,
  channels: number | null,
  f: (x: Tensor) => Tensor,
): Tensor {
  checkFloat(where, "the input", x);
  const at = x.rank - 2;
  if ((x.rank !== 2 && x.rank !== 3) || (channels !== null && x.shape[at] !== channels)) {
    const axis = channels ?? "channels";
    const swapped = channels !== null && x.shape[x.rank - 1] === channels;
    throw new ShapeError(
      `${where}: expected input [batch, ${axis}, seq] or [${axis}, seq]` +
        (channels === null ? "" : ` because inChannels is ${channels}`) +
        `, got ${formatShape(x.shape)}.` +
        (swapped ? " Features come before steps here: x.transpose(1, 2)." : ""),
    );
  }
  return x.rank === 3 ? f(x) : f(x.unsqueeze(0)).squeeze(0);
}
