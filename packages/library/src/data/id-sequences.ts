/**
 * @file Many sequences of ids as two arrays, one behind another:
 *
 *   ids     4 8 15 │ 16 │ 23 42
 *   starts  0        3    4       6
 *
 * The garbage collector looks at every object that is alive, again and again while a model trains. A
 * hundred thousand arrays, held for all of a training, cost it a third of two processors; two cost
 * nothing.
 */

import type { Dataset } from "./dataset.ts";

/**
 * Sequences of ids, each of its own length.
 *
 * @example
 * const sequences = new IdSequences([[4, 8, 15], [16]]);
 * sequences.push([23, 42]); // 2
 * sequences.length; // 3
 * sequences.at(2); // Int32Array [23, 42]
 * sequences.lengths; // Int32Array [3, 1, 2]
 */
export class IdSequences implements Dataset<Int32Array>, Iterable<Int32Array> {
  #ids = new Int32Array(1024);
  readonly #starts = [0];

  constructor(sequences: Iterable<ArrayLike<number>> = []) {
    for (const sequence of sequences) this.push(sequence);
  }

  /** Puts a sequence behind the others, and gives its place. */
  push(sequence: ArrayLike<number>): number {
    const from = this.#starts[this.length];
    const to = from + sequence.length;
    if (to > this.#ids.length) {
      const larger = new Int32Array(Math.max(to, 2 * this.#ids.length));
      larger.set(this.#ids);
      this.#ids = larger;
    }
    this.#ids.set(sequence, from);
    return this.#starts.push(to) - 2;
  }

  get length(): number {
    return this.#starts.length - 1;
  }

  /** The sequence at `index`: a view, which nobody writes to. */
  at(index: number): Int32Array | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) return undefined;
    return this.#ids.subarray(this.#starts[index], this.#starts[index + 1]);
  }

  /** How many ids each sequence has. */
  get lengths(): Int32Array {
    return Int32Array.from(
      { length: this.length },
      (_, i) => this.#starts[i + 1] - this.#starts[i],
    );
  }

  *[Symbol.iterator](): Generator<Int32Array, void> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!;
  }
}
