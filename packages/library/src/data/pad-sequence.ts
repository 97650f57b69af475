/**
 * @file Sequences of different lengths side by side in one rectangle.
 */

import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { full } from "../tensor/creation.ts";
import { cat, stack } from "../tensor/ops/indexing.ts";
import { Tensor } from "../tensor/tensor.ts";
import { readLengths, type SequenceLengths } from "./lengths.ts";

export interface PadSequenceOptions {
  /** What stands where a sequence has nothing. Default: 0. */
  paddingValue?: number;
}

export interface PadTensorsOptions extends PadSequenceOptions {
  /** `true`: [batch, seq, …]; `false`: [seq, batch, …]. Default: `false`. */
  batchFirst?: boolean;
  /** Where the padding goes. Layers with `lengths` want it on the right. Default: `"right"`. */
  paddingSide?: "left" | "right";
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
 * Puts sequences of ids into one rectangle as wide as the longest, each from the left; or tensors
 * [length, …] into one tensor, as PyTorch does, through which gradients pass.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
 *
 * @throws ShapeError if tensors differ in more than their first axis
 *
 * @example
 * const { ids, shape, lengths } = padSequence([[5, 6, 7], [8]]);
 * ids; // [5, 6, 7, 8, 0, 0]
 * shape; // [2, 3]
 * lengths; // [3, 1]
 * padSequence([ones([3, 4]), ones([1, 4])]).shape; // [3, 2, 4]
 */
export function padSequence(sequences: readonly Tensor[], options?: PadTensorsOptions): Tensor;
export function padSequence(
  sequences: readonly ArrayLike<number>[],
  options?: PadSequenceOptions,
): PaddedBatch;
export function padSequence(
  sequences: readonly Tensor[] | readonly ArrayLike<number>[],
  options: PadTensorsOptions = {},
): Tensor | PaddedBatch {
  if (sequences.length === 0) {
    throw new ArgumentError("padSequence: expected at least one sequence, got none.");
  }
  if (sequences[0] instanceof Tensor) return padTensors(sequences as readonly Tensor[], options);
  return padIds(sequences as readonly ArrayLike<number>[], options);
}

function padIds(
  sequences: readonly ArrayLike<number>[],
  { paddingValue = 0 }: PadSequenceOptions,
): PaddedBatch {
  const lengths = Int32Array.from(sequences, ({ length }) => length);
  const seq = longest(lengths);
  const ids = new Int32Array(sequences.length * seq).fill(paddingValue);
  for (const [row, sequence] of sequences.entries()) ids.set(sequence, row * seq);
  return { ids, shape: [sequences.length, seq], lengths };
}

function padTensors(
  sequences: readonly Tensor[],
  { paddingValue = 0, batchFirst = false, paddingSide = "right" }: PadTensorsOptions,
): Tensor {
  const features = sequences[0].shape.slice(1);
  const wrong = sequences.findIndex(
    ({ shape }) => shape.length === 0 || !sameShape(shape.slice(1), features),
  );
  if (wrong >= 0) {
    throw new ShapeError(
      `padSequence: expected tensors that differ in their first axis alone, the length, got ${formatShape(sequences[0].shape)} and ${formatShape(sequences[wrong].shape)}.`,
    );
  }
  const seq = longest(sequences.map(({ shape }) => shape[0]));
  const rows = sequences.map((sequence) => {
    const missing = seq - sequence.shape[0];
    if (missing === 0) return sequence;
    const dtype = sequence.dtype === "int32" ? "int32" : "float32";
    const padding = full([missing, ...features], paddingValue, { dtype });
    return cat(paddingSide === "left" ? [padding, sequence] : [sequence, padding], 0);
  });
  return stack(rows, batchFirst ? 0 : 1);
}

/**
 * The sequences of a padded batch, each [length, …]: {@link padSequence} undone.
 *
 * - `padded`  [seq, batch, …], or [batch, seq, …] if `batchFirst`
 * - `lengths` [batch], each between 1 and seq
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpad_sequence.html
 *
 * @example
 * unpadSequence(tensor([[1, 2], [3, 0]]), [2, 1], { batchFirst: true })[1].toArray(); // [3]
 */
export function unpadSequence(
  padded: Tensor,
  lengths: SequenceLengths,
  { batchFirst = false }: Pick<PadTensorsOptions, "batchFirst"> = {},
): Tensor[] {
  const [batch, seq] = batchFirst ? padded.shape : [padded.shape[1], padded.shape[0]];
  const list = readLengths("unpadSequence", lengths, batch, seq);
  return Array.from(list, (length, b) => padded.select(batchFirst ? 0 : 1, b).slice(0, 0, length));
}

function longest(lengths: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < lengths.length; i++) most = Math.max(most, lengths[i]);
  return most;
}
