/**
 * @file A batch of sequences cut into its steps, for cells that take one step at a time: in the
 * packed form, so that the sequences that still run are the first rows of every step, and what
 * stands after a sequence's end is never computed with.
 */

import { cat } from "../../tensor/ops/indexing.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { packPaddedSequence, PackedSequence, padPackedSequence } from "./packed-sequence.ts";

export class TimeSteps {
  readonly batch: number;
  /** For every step, x [running, features]. */
  readonly inputs: Tensor[];
  /** Which sequence of the batch each row is: the first rows are those of the longest. */
  readonly rows: Int32Array;
  readonly #packed: PackedSequence;
  readonly #padding: { batchFirst: boolean; totalLength: number };

  /** @param x [seq, batch, features], or [batch, seq, features] if `batchFirst` */
  constructor(x: Tensor, batchFirst: boolean, lengths: Int32Array | null) {
    const [batch, seq] = batchFirst ? x.shape : [x.shape[1], x.shape[0]];
    this.batch = batch;
    this.#padding = { batchFirst, totalLength: seq };
    const all = lengths ?? new Int32Array(batch).fill(seq);
    // Equally long sequences are in order as they come.
    const options = { batchFirst, enforceSorted: lengths === null };
    this.#packed = packPaddedSequence(x, all, options);
    const { sortedIndices } = this.#packed;
    this.rows = sortedIndices
      ? (sortedIndices.storage.array as Int32Array)
      : Int32Array.from({ length: batch }, (_, row) => row);
    this.inputs = this.#packed.data.split([...this.#packed.batchSizes.storage.array]);
  }

  /** [batch, …] with the longest sequence first, as the steps have them. */
  sorted(state: Tensor): Tensor {
    const { sortedIndices } = this.#packed;
    return sortedIndices ? state.indexSelect(0, sortedIndices) : state;
  }

  /** And back into the caller's order. */
  unsorted(state: Tensor): Tensor {
    const { unsortedIndices } = this.#packed;
    return unsortedIndices ? state.indexSelect(0, unsortedIndices) : state;
  }

  /** Outputs of every step, from one or two directions, in the input's layout; 0 past the ends. */
  join(directions: readonly (readonly Tensor[])[]): Tensor {
    const sides = directions.map((outputs) => cat(outputs));
    const rows = sides.length === 1 ? sides[0] : cat(sides, 1);
    const { batchSizes, sortedIndices, unsortedIndices } = this.#packed;
    const packed = new PackedSequence(rows, batchSizes, sortedIndices, unsortedIndices);
    return padPackedSequence(packed, this.#padding)[0];
  }
}
