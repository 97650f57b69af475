/**
 * @file One long text in steps for truncated backpropagation through time, from many places at once.
 *
 * Read from beginning to end, a text makes neighbours in time of what are neighbours in the book: a
 * model follows the chapters that its streams are in, and forgets the others. So the text is cut into
 * stretches, which come in another order, cut at other places, in every epoch:
 *
 *   ids       a b c d e f g h i j k l m …        stretch 6, bptt 3, batchSize 2
 *
 *             step 0   step 1     step 2   …
 *   stream 0  g h i    j k l      (a third stretch)
 *   stream 1  a b c    d e f      (a fourth)
 *
 * Within a stretch the state after one step is the right state before the next.
 */

import { RandomGenerator } from "unrolled";

export interface StretchOptions {
  /** How many stretches are read side by side. */
  batchSize: number;
  /** Ids per stream and step. */
  bptt: number;
  /** Ids in a row: a multiple of `bptt`. */
  stretch: number;
  /** Decides the orders. */
  seed: number;
}

/** Where the reading stands: fits into JSON. */
export interface StretchPosition {
  [key: string]: number;
  epoch: number;
  step: number;
}

export interface StretchStep {
  /** [batch, seq], row-major. */
  inputs: Int32Array;
  /** [batch, seq]: for each input, the id that follows it. */
  targets: Int32Array;
  shape: [batch: number, seq: number];
  /** The first step of new stretches: the state carried so far belongs to other places. */
  isFresh: boolean;
}

export class ShuffledStretches {
  /** Steps per epoch. */
  readonly length: number;
  readonly #ids: Int32Array;
  readonly #options: StretchOptions;
  readonly #stepsPerStretch: number;
  #position: StretchPosition = { epoch: 0, step: 0 };
  /** Where each stretch of the epoch begins, in the order in which they are read. */
  #starts: number[] = [];
  #startsOf = -1;

  /** Needs at least `batchSize` stretches, and one more so that they can be cut at other places. */
  constructor(ids: Int32Array, options: StretchOptions) {
    this.#ids = ids;
    this.#options = options;
    this.#stepsPerStretch = options.stretch / options.bptt;
    this.length = Math.floor(this.#count / options.batchSize) * this.#stepsPerStretch;
  }

  /** Whole stretches in the text, wherever they begin. */
  get #count(): number {
    return Math.floor((this.#ids.length - 1) / this.#options.stretch) - 1;
  }

  get position(): StretchPosition {
    return { ...this.#position };
  }

  set position({ epoch, step }: StretchPosition) {
    this.#position = { epoch, step };
  }

  next(): StretchStep {
    const { batchSize, bptt } = this.#options;
    const { epoch, step } = this.#position;
    const starts = this.#startsIn(epoch);
    const round = Math.floor(step / this.#stepsPerStretch);
    const within = step % this.#stepsPerStretch;
    const inputs = new Int32Array(batchSize * bptt);
    const targets = new Int32Array(batchSize * bptt);
    for (let b = 0; b < batchSize; b++) {
      const from = starts[round * batchSize + b] + within * bptt;
      inputs.set(this.#ids.subarray(from, from + bptt), b * bptt);
      targets.set(this.#ids.subarray(from + 1, from + 1 + bptt), b * bptt);
    }
    this.#position =
      step + 1 < this.length ? { epoch, step: step + 1 } : { epoch: epoch + 1, step: 0 };
    return { inputs, targets, shape: [batchSize, bptt], isFresh: within === 0 };
  }

  #startsIn(epoch: number): number[] {
    if (this.#startsOf !== epoch) {
      const { stretch, seed } = this.#options;
      const generator = new RandomGenerator(seed * 100_003 + epoch);
      const offset = generator.integer(stretch);
      this.#starts = Array.from(
        generator.permutation(this.#count),
        (place) => offset + place * stretch,
      );
      this.#startsOf = epoch;
    }
    return this.#starts;
  }
}
