/**
 * @file One long text in steps for truncated backpropagation through time.
 *
 * The ids are cut into `batchSize` streams that lie side by side. A step takes the next `bptt` ids
 * of every stream, so the state after one step is the right state before the next:
 *
 *   ids          a b c d e f g h i j k l m         batchSize 2, bptt 3
 *
 *                step 0   step 1
 *   stream 0     a b c    d e f                    targets  b c d    e f g
 *   stream 1     g h i    j k l                             h i j    k l m
 *
 * Each stream's last target is the next stream's first input: but for a remainder shorter than
 * `batchSize`, every id after the first is a target exactly once per epoch.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";

export interface BpttBatchesOptions {
  /** How many streams are read side by side. Default: 32. */
  batchSize?: number;
  /** Ids per stream and step. Default: 64. */
  bptt?: number;
  /** Leave out the last step of an epoch if it is shorter than `bptt`. Default: `false`. */
  dropLast?: boolean;
}

/** One step of all streams. */
export interface BpttBatch {
  /** [batch, seq], row-major. */
  inputs: Int32Array;
  /** [batch, seq]: for each input, the id that follows it. */
  targets: Int32Array;
  /** [batch, seq]; seq is `bptt`, or less in the last step of an epoch. */
  shape: [batch: number, seq: number];
  /** The first step of an epoch: the state carried so far belongs to another place in the text. */
  isFirst: boolean;
}

/**
 * The steps of an epoch, over and over. A loop goes on from `position` to the end of the epoch and
 * leaves `position` at 0, where the next epoch begins.
 *
 * @example
 * const ids = Int32Array.from({ length: 13 }, (_, i) => i);
 * const batches = new BpttBatches(ids, { batchSize: 2, bptt: 3 });
 * batches.length; // 2
 * batches.next().inputs; // [0, 1, 2, 6, 7, 8]
 * batches.next().targets; // [4, 5, 6, 10, 11, 12]
 */
export class BpttBatches implements Iterable<BpttBatch> {
  readonly batchSize: number;
  readonly bptt: number;
  readonly dropLast: boolean;
  /** Steps per epoch. */
  readonly length: number;
  /** Inputs per stream and epoch. */
  readonly streamLength: number;
  readonly #ids: Int32Array;
  #position = 0;

  constructor(
    ids: Int32Array,
    { batchSize = 32, bptt = 64, dropLast = false }: BpttBatchesOptions = {},
  ) {
    checkSize("BpttBatches", "batchSize", batchSize);
    checkSize("BpttBatches", "bptt", bptt);
    checkLongEnough(ids.length, batchSize, bptt);

    this.batchSize = batchSize;
    this.bptt = bptt;
    this.dropLast = dropLast;
    this.streamLength = Math.floor((ids.length - 1) / batchSize);
    this.length = dropLast
      ? Math.floor(this.streamLength / bptt)
      : Math.ceil(this.streamLength / bptt);
    this.#ids = ids;
  }

  /** The step that comes next, 0 ≤ position < length. Save it, and set it to go on from there. */
  get position(): number {
    return this.#position;
  }

  set position(step: number) {
    if (!(Number.isInteger(step) && step >= 0 && step < this.length)) {
      throw new ArgumentError(
        `BpttBatches: expected a position from 0 to ${this.length - 1}, got ${String(step)}. ` +
          "Was it saved with another text, batchSize or bptt?",
      );
    }
    this.#position = step;
  }

  /** The step at `position`, which then moves on; after the last step to 0. */
  next(): BpttBatch {
    const start = this.#position * this.bptt;
    const seq = Math.min(this.bptt, this.streamLength - start);
    const inputs = new Int32Array(this.batchSize * seq);
    const targets = new Int32Array(this.batchSize * seq);
    for (let b = 0; b < this.batchSize; b++) {
      const from = b * this.streamLength + start;
      inputs.set(this.#ids.subarray(from, from + seq), b * seq);
      targets.set(this.#ids.subarray(from + 1, from + 1 + seq), b * seq);
    }
    const isFirst = this.#position === 0;
    this.#position = (this.#position + 1) % this.length;
    return { inputs, targets, shape: [this.batchSize, seq], isFirst };
  }

  /** The rest of this epoch. */
  *[Symbol.iterator](): Generator<BpttBatch, void> {
    do yield this.next();
    while (this.#position > 0);
  }
}

function checkLongEnough(length: number, batchSize: number, bptt: number): void {
  const needed = batchSize * bptt + 1;
  if (length >= needed) return;
  if (length < 2) {
    throw new ArgumentError(
      `BpttBatches: expected at least two ids, one to read and one to predict, got ${length}. Is the text empty?`,
    );
  }
  // What fits: fewer streams if one still does, else shorter steps as well.
  const streams = Math.floor((length - 1) / bptt);
  const advice =
    streams > 0 ? `batchSize to ${streams}` : `batchSize to 1 and bptt to ${length - 1}`;
  throw new ArgumentError(
    `BpttBatches: expected at least ${needed} ids because batchSize is ${batchSize} and bptt is ${bptt}, ` +
      `got ${length}. Lower ${advice}, or use a longer text.`,
  );
}
