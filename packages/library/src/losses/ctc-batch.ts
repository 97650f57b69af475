/**
 * @file What a CTC loss and a CTC alignment are given, read and checked: log-probabilities, targets
 * and the lengths of both.
 */

import type { NumericArray } from "../core/dtype.ts";
import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";
import type { SequenceLengths } from "../data/lengths.ts";
import { checkFloat, toIndices } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Log-probabilities of a batch: label k at step t of sequence n is `x[(t · size + n) · numClasses + k]`. */
export interface CTCFrames {
  x: NumericArray;
  size: number;
  numClasses: number;
  blank: number;
  /** How many steps each sequence has. */
  steps: Int32Array;
}

export interface CTCBatch extends CTCFrames {
  /** ℓ of each sequence: its labels with blanks before, between and after them. */
  labels: Int32Array[];
}

/** Without `inputLengths` every sequence has all steps. */
export function readFrames(
  where: string,
  logProbs: Tensor,
  inputLengths: SequenceLengths | undefined,
  blank: number,
): CTCFrames {
  checkFloat(where, "logProbs", logProbs);
  if (logProbs.rank !== 2 && logProbs.rank !== 3) {
    throw new ShapeError(
      `${where}: expected logProbs [seq, batch, numClasses] or [seq, numClasses], got ${formatShape(logProbs.shape)}.`,
    );
  }
  const seq = logProbs.shape[0];
  const size = logProbs.rank === 3 ? logProbs.shape[1] : 1;
  const numClasses = logProbs.shape[logProbs.rank - 1];
  if (!Number.isInteger(blank) || blank < 0 || blank >= numClasses) {
    throw new ArgumentError(
      `${where}: expected blank from 0 to ${numClasses - 1} because there are ${numClasses} classes, got ${blank}.`,
    );
  }
  const steps = inputLengths
    ? readLengths(where, "inputLengths", inputLengths, size, seq)
    : new Int32Array(size).fill(seq);
  return { x: logProbs.storage.array, size, numClasses, blank, steps };
}

export function readBatch(
  where: string,
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: SequenceLengths,
  targetLengths: SequenceLengths,
  blank: number,
): CTCBatch {
  const frames = readFrames(where, logProbs, inputLengths, blank);
  const labels = readTargets(where, targets, targetLengths, frames.size).map((target, n) =>
    withBlanks(where, target, n, frames),
  );
  return { ...frames, labels };
}

/** A decoder compares, and NaN compares with nothing: it would choose without being noticed. */
export function checkNumbers(where: string, { x, size, numClasses, steps }: CTCFrames): void {
  steps.forEach((count, n) => {
    for (let t = 0; t < count; t++) {
      for (let k = 0; k < numClasses; k++) {
        if (!Number.isNaN(x[(t * size + n) * numClasses + k])) continue;
        throw new ArgumentError(
          `${where}: expected log-probabilities, got NaN for class ${k} at step ${t} of sequence ${n}.`,
        );
      }
    }
  });
}

/** Whether place s can be reached from s − 2: not past a blank that keeps two equal labels apart. */
export function canSkipTo(label: Int32Array, s: number, blank: number): boolean {
  return s >= 2 && label[s] !== blank && label[s] !== label[s - 2];
}

function readLengths(
  where: string,
  option: string,
  lengths: SequenceLengths,
  size: number,
  longest: number,
): Int32Array {
  const list = lengths instanceof Tensor ? toIndices(where, lengths) : Array.from(lengths);
  if (list.length !== size) {
    throw new ShapeError(
      `${where}: expected ${option} [${size}], one for each sequence of the batch, got ${list.length}. Are batch and seq of logProbs swapped?`,
    );
  }
  for (const [n, length] of list.entries()) {
    if (Number.isInteger(length) && length >= 0 && length <= longest) continue;
    throw new ArgumentError(
      `${where}: expected ${option} from 0 to ${longest}, got ${length} for sequence ${n}.`,
    );
  }
  return Int32Array.from(list);
}

/** The labels of each sequence, from padded rows or from one long list. */
function readTargets(
  where: string,
  targets: Tensor,
  targetLengths: SequenceLengths,
  size: number,
): Int32Array[] {
  const ids = toIndices(where, targets);
  if (targets.rank === 2 && targets.shape[0] === size) {
    const width = targets.shape[1];
    const lengths = readLengths(where, "targetLengths", targetLengths, size, width);
    return Array.from(lengths, (length, n) => ids.subarray(n * width, n * width + length));
  }
  const lengths = readLengths(where, "targetLengths", targetLengths, size, ids.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (targets.rank !== 1 || total !== ids.length) {
    throw new ShapeError(
      `${where}: expected targets [${size}, maxTarget], or all of them one after another [${total}], which is the sum of targetLengths, got ${formatShape(targets.shape)}.`,
    );
  }
  let start = 0;
  return Array.from(lengths, (length) => ids.subarray(start, (start += length)));
}

function withBlanks(
  where: string,
  target: Int32Array,
  n: number,
  { numClasses, blank }: CTCFrames,
): Int32Array {
  const label = new Int32Array(2 * target.length + 1).fill(blank);
  target.forEach((id, i) => {
    if (id < 0 || id >= numClasses || id === blank) {
      throw new ArgumentError(
        `${where}: expected labels from 0 to ${numClasses - 1} other than blank ${blank}, got ${id} at place ${i} of sequence ${n}. Is its targetLength too large?`,
      );
    }
    label[2 * i + 1] = id;
  });
  return label;
}
