/**
 * @file A padded batch without its padding: PyTorch's packed form, for code that comes from there.
 *
 *   lengths 2, 3, 1        step          0        1     2
 *   sortedIndices 1, 0, 2  data          1 0 2    1 0   1     the sequence that each row belongs to
 *                          batchSizes    3        2     1
 *
 * New code has no need of it: `lstm.forward(x, null, { lengths })` gives the same with any order of
 * lengths, and the engine packs by itself.
 */

import { ArgumentError, formatShape, ShapeError } from "../../core/errors.ts";
import { readLengths, type SequenceLengths } from "../../data/lengths.ts";
import { padSequence, unpadSequence } from "../../data/pad-sequence.ts";
import { full, toIndices } from "../../tensor/creation.ts";
import { cat } from "../../tensor/ops/indexing.ts";
import { Tensor } from "../../tensor/tensor.ts";

/**
 * What {@link packPaddedSequence} gives; RNN, LSTM and GRU take it and give one back, by
 * `forwardPacked` (or by `forward` where no types are checked).
 *
 * - `data`            [steps, …] the steps of all sequences, time by time, longest sequence first
 * - `batchSizes`      [seq] how many sequences are still running at each time
 * - `sortedIndices`   [batch] which sequence of the batch is the r-th longest; null if they came sorted
 * - `unsortedIndices` [batch] the way back
 *
 * A layer that knows no sequences is applied to `data`:
 * `new PackedSequence(head.forward(packed.data), packed.batchSizes, packed.sortedIndices)`.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html
 *
 * @throws ArgumentError if `batchSizes` rise, or do not add up to the rows of `data`
 */
export class PackedSequence {
  readonly data: Tensor;
  readonly batchSizes: Tensor;
  readonly sortedIndices: Tensor | null;
  readonly unsortedIndices: Tensor | null;

  constructor(
    data: Tensor,
    batchSizes: Tensor,
    sortedIndices: Tensor | null = null,
    unsortedIndices: Tensor | null = sortedIndices && inverse(sortedIndices),
  ) {
    const sizes = toIndices("PackedSequence, batchSizes", batchSizes);
    const steps = sizes.reduce((sum, size) => sum + size, 0);
    const falls = sizes.every((size, t) => size >= 1 && (t === 0 || size <= sizes[t - 1]));
    if (sizes.length === 0 || !falls || steps !== data.shape[0]) {
      throw new ArgumentError(
        `PackedSequence: expected batchSizes that never rise and add up to the rows of data, ${String(data.shape[0])}, got [${sizes.join(", ")}].`,
      );
    }
    this.data = data;
    this.batchSizes = batchSizes;
    this.sortedIndices = sortedIndices;
    this.unsortedIndices = unsortedIndices;
  }
}

export interface PackOptions {
  /** Refuse lengths that rise, as PyTorch does unless told otherwise. Default: `true`. */
  enforceSorted?: boolean;
}

export interface PackPaddedOptions extends PackOptions {
  /** `true`: [batch, seq, …]; `false`: [seq, batch, …]. Default: `false`. */
  batchFirst?: boolean;
}

/**
 * Leaves out the padding of a batch. Gradients pass; padding gets 0.
 *
 * - `input`   [seq, batch, …], or [batch, seq, …] if `batchFirst`; ids or features
 * - `lengths` [batch], each between 1 and seq
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
 *
 * @throws ArgumentError if a length does not fit, or lengths rise although `enforceSorted`
 *
 * @example
 * const x = tensor([[1, 2, 0], [3, 4, 5], [6, 0, 0]]); // [batch, seq]
 * const packed = packPaddedSequence(x, [2, 3, 1], { batchFirst: true, enforceSorted: false });
 * packed.data.toArray(); // [3, 1, 6, 4, 2, 5]
 * packed.batchSizes.toArray(); // [3, 2, 1]
 * packed.sortedIndices!.toArray(); // [1, 0, 2]
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: SequenceLengths,
  { batchFirst = false, enforceSorted = true }: PackPaddedOptions = {},
): PackedSequence {
  const where = "packPaddedSequence";
  if (input.rank < 2) {
    throw new ShapeError(
      `${where}: expected input [${batchFirst ? "batch, seq" : "seq, batch"}, …], got ${formatShape(input.shape)}.`,
    );
  }
  const [batch, seq] = batchFirst ? input.shape : [input.shape[1], input.shape[0]];
  const list = readLengths(where, lengths, batch, seq);
  if (enforceSorted && list.some((length, b) => b > 0 && length > list[b - 1])) {
    throw new ArgumentError(
      `${where}: expected lengths from the longest to the shortest because enforceSorted is true, got [${list.join(", ")}]. Pass { enforceSorted: false } for any order.`,
    );
  }
  const order = Int32Array.from(list.keys()).sort((a, b) => list[b] - list[a] || a - b);
  const sizes = batchSizesOf(list);
  const indices = enforceSorted ? null : asTensor(order);
  return new PackedSequence(rowsOf(input, sizes, order, batchFirst), asTensor(sizes), indices);
}

export interface PadPackedOptions {
  /** `true`: [batch, seq, …]; `false`: [seq, batch, …]. Default: `false`. */
  batchFirst?: boolean;
  /** What stands after a sequence's end. Default: 0. */
  paddingValue?: number;
  /** Pad to this length rather than to that of the longest sequence. Default: the longest. */
  totalLength?: number | null;
}

/**
 * The padded batch again, sequences in the order in which they were packed, and their lengths.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html
 *
 * @returns `output` [seq, batch, …], or [batch, seq, …] if `batchFirst`, and `lengths` [batch], int32
 * @throws ArgumentError if the longest sequence is longer than `totalLength`
 *
 * @example
 * const packed = packSequence([tensor([1, 2, 3]), tensor([4])]);
 * const [output, lengths] = padPackedSequence(packed, { batchFirst: true });
 * output.toArray(); // [[1, 2, 3], [4, 0, 0]]
 * lengths.toArray(); // [3, 1]
 */
export function padPackedSequence(
  sequence: PackedSequence,
  { batchFirst = false, paddingValue = 0, totalLength = null }: PadPackedOptions = {},
): [output: Tensor, lengths: Tensor] {
  const { data } = sequence;
  const sizes = toIndices("padPackedSequence", sequence.batchSizes);
  const seq = totalLength ?? sizes.length;
  if (seq < sizes.length) {
    throw new ArgumentError(
      `padPackedSequence: expected totalLength to be at least ${sizes.length}, the longest sequence, got ${seq}.`,
    );
  }
  const batch = sizes[0];
  const order = orderOf(sequence);
  const lengths = new Int32Array(batch);
  const from = new Int32Array(seq * batch).fill(data.shape[0]); // the row of padding
  for (let t = 0, row = 0; t < sizes.length; t++) {
    for (let r = 0; r < sizes[t]; r++, row++) {
      const b = order[r];
      from[batchFirst ? b * seq + t : t * batch + b] = row;
      lengths[b] = t + 1;
    }
  }
  const features = data.shape.slice(1);
  const dtype = data.dtype === "int32" ? "int32" : "float32";
  const padding = full([1, ...features], paddingValue, { dtype });
  const output = cat([data, padding], 0)
    .indexSelect(0, asTensor(from))
    .reshape([...(batchFirst ? [batch, seq] : [seq, batch]), ...features]);
  return [output, asTensor(lengths)];
}

/**
 * Packs a list of sequences [length, …].
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_sequence.html
 *
 * @example
 * packSequence([tensor([1, 2, 3]), tensor([4, 5])]).data.toArray(); // [1, 4, 2, 5, 3]
 */
export function packSequence(
  sequences: readonly Tensor[],
  { enforceSorted = true }: PackOptions = {},
): PackedSequence {
  const lengths = sequences.map(({ shape }) => shape[0]);
  return packPaddedSequence(padSequence(sequences), lengths, { enforceSorted });
}

/**
 * The sequences of a packed batch, each [length, …], in the order in which they were packed.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpack_sequence.html
 *
 * @example
 * unpackSequence(packSequence([tensor([1, 2, 3]), tensor([4])]))[1].toArray(); // [4]
 */
export function unpackSequence(packed: PackedSequence): Tensor[] {
  return unpadSequence(...padPackedSequence(packed));
}

export function isPacked(value: unknown): value is PackedSequence {
  return value instanceof PackedSequence;
}

/**
 * Runs a layer over a packed batch: padded again, with `lengths`, and its output packed in the same
 * way. States are in the order of the batch, as PyTorch has them.
 */
export function throughPacked<States>(
  packed: PackedSequence,
  batchFirst: boolean,
  run: (input: Tensor, lengths: Tensor) => [output: Tensor, states: States],
): [output: PackedSequence, states: States] {
  const { batchSizes, sortedIndices, unsortedIndices } = packed;
  const [output, states] = run(...padPackedSequence(packed, { batchFirst }));
  const rows = rowsOf(output, toIndices("forward", batchSizes), orderOf(packed), batchFirst);
  return [new PackedSequence(rows, batchSizes, sortedIndices, unsortedIndices), states];
}

/** How many sequences are longer than t, for every t. */
function batchSizesOf(lengths: Int32Array): Int32Array {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const sizes = new Int32Array(longest);
  for (const length of lengths) for (let t = 0; t < length; t++) sizes[t]++;
  return sizes;
}

/** [steps, …]: the rows of a padded batch, time by time, in `order`. */
function rowsOf(padded: Tensor, sizes: Int32Array, order: Int32Array, batchFirst: boolean): Tensor {
  const [batch, seq] = batchFirst ? padded.shape : [padded.shape[1], padded.shape[0]];
  const from: number[] = [];
  for (const [t, size] of sizes.entries()) {
    for (let r = 0; r < size; r++)
      from.push(batchFirst ? order[r] * seq + t : t * batch + order[r]);
  }
  return padded.flatten(0, 1).indexSelect(0, asTensor(Int32Array.from(from)));
}

/** Which sequence of the batch is the r-th of the packed form. */
function orderOf({ sortedIndices, batchSizes }: PackedSequence): Int32Array {
  if (sortedIndices) return toIndices("PackedSequence, sortedIndices", sortedIndices);
  return Int32Array.from({ length: batchSizes.storage.array[0] }, (_, b) => b);
}

function inverse(indices: Tensor): Tensor {
  const order = toIndices("PackedSequence, sortedIndices", indices);
  const back = new Int32Array(order.length);
  order.forEach((b, r) => (back[b] = r));
  return asTensor(back);
}

function asTensor(values: Int32Array): Tensor {
  return new Tensor(values, [values.length]);
}
