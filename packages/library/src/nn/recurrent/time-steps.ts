/**
 * @file A batch of sequences cut into its steps, for cells that take one step at a time.
 *
 *   lengths 2, 3, 1       step   0        1     2
 *   order   1, 0, 2       rows   1 0 2    1 0   1
 *
 * Longest first, so that the sequences that still run are the first rows of every step: what stands
 * after a sequence's end is never computed with.
 */

import { zeros } from "../../tensor/creation.ts";
import { cat } from "../../tensor/ops/indexing.ts";
import { Tensor } from "../../tensor/tensor.ts";

export class TimeSteps {
  readonly batch: number;
  /** For every step, x [running, features]. */
  readonly inputs: Tensor[];
  readonly #seq: number;
  readonly #batchFirst: boolean;
  /** [batch] which sequence is the r-th longest; null where all are equally long. */
  readonly #order: Int32Array | null;
  /** For every row of all steps, its place among the input's [batch · seq]. */
  readonly #places: Int32Array;

  /** @param x [seq, batch, features], or [batch, seq, features] if `batchFirst` */
  constructor(x: Tensor, batchFirst: boolean, lengths: Int32Array | null) {
    const [batch, seq] = batchFirst ? x.shape : [x.shape[1], x.shape[0]];
    this.batch = batch;
    this.#seq = seq;
    this.#batchFirst = batchFirst;
    const isFull = lengths === null || lengths.every((length) => length === seq);
    const order = isFull
      ? null
      : Int32Array.from(lengths.keys()).sort((a, b) => lengths[b] - lengths[a] || a - b);
    this.#order = order;

    const places: number[] = [];
    const running: number[] = [];
    for (let t = 0; t < seq; t++) {
      const before = places.length;
      for (let r = 0; r < batch; r++) {
        const b = order ? order[r] : r;
        if (order && lengths![b] <= t) break;
        places.push(batchFirst ? b * seq + t : t * batch + b);
      }
      running.push(places.length - before);
    }
    const last = running.indexOf(0);
    const counts = last < 0 ? running : running.slice(0, last);
    this.#places = Int32Array.from(places);
    const rows = x.flatten(0, 1);
    const inOrder = order === null && !batchFirst ? rows : rows.indexSelect(0, list(this.#places));
    this.inputs = inOrder.split(counts);
  }

  /** [batch, …] with the longest sequence first, as the steps have them. */
  sorted(state: Tensor): Tensor {
    return this.#order ? state.indexSelect(0, list(this.#order)) : state;
  }

  /** And back into the caller's order. */
  unsorted(state: Tensor): Tensor {
    return this.#order ? state.indexSelect(0, list(inverseOf(this.#order, this.batch))) : state;
  }

  /** Outputs of every step, from one or two directions, in the input's layout; 0 past the ends. */
  join(directions: readonly (readonly Tensor[])[]): Tensor {
    const sides = directions.map((outputs) => cat(outputs));
    const rows = sides.length === 1 ? sides[0] : cat(sides, 1);
    const { batch } = this;
    const seq = this.#seq;
    const [width] = rows.shape.slice(1);
    const shape = this.#batchFirst ? [batch, seq, width] : [seq, batch, width];
    if (this.#order === null && !this.#batchFirst) return rows.reshape(shape);
    // Where nothing was computed, the row of zeros behind the last one.
    const from = inverseOf(this.#places, batch * seq);
    return cat([rows, zeros([1, width])])
      .indexSelect(0, list(from))
      .reshape(shape);
  }
}

/** For each of `count` places where it stands in `places`; behind the last where it does not. */
function inverseOf(places: Int32Array, count: number): Int32Array {
  const inverse = new Int32Array(count).fill(places.length);
  for (let i = 0; i < places.length; i++) inverse[places[i]] = i;
  return inverse;
}

function list(indices: Int32Array): Tensor {
  return new Tensor(indices, [indices.length]);
}
