/**
 * @file Sequences of different lengths side by side in one rectangle.
 */

import { ArgumentError } from "../core/errors.ts";

export interface PadSequenceOptions {
  /** What stands after a sequence's end. Default: 0. */
  paddingValue?: number;
}

/** A batch of ids as a recurrent layer takes it, with `lengths` beside it. */
export interface PaddedBatch {
  /** [batch, seq], row-major. */
  ids: Int32Array;
  /** [batch, seq] as numbers, where seq is the longest length. */
  shape: [batch: number, seq: number];
  /** [batch]: the true length of each sequence. */
  lengths: Int32Array;
}

/**
 * Puts sequences of ids into one rectangle as wide as the longest, each from the left.
 *
 * @example
 * const { ids, shape, lengths } = padSequence([[5, 6, 7], [8]]);
 * ids; // [5, 6, 7, 8, 0, 0]
 * shape; // [2, 3]
 * lengths; // [3, 1]
 */
export function padSequence(
  sequences: readonly ArrayLike<number>[],
  { paddingValue = 0 }: PadSequenceOptions = {},
): PaddedBatch {
  if (sequences.length === 0) {
    throw new ArgumentError("padSequence: expected at least one sequence, got none.");
  }
  const lengths = Int32Array.from(sequences, ({ length }) => length);
  const seq = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const ids = new Int32Array(sequences.length * seq).fill(paddingValue);
  for (const [row, sequence] of sequences.entries()) ids.set(sequence, row * seq);
  return { ids, shape: [sequences.length, seq], lengths };
}
