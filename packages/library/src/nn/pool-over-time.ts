/**
 * @file From a vector for every step to one for the whole sequence, of the steps that count.
 *
 *   last   x[end]                mean   Σ x[t] / n                max   max x[t], feature by feature
 */

import { traceAs } from "../autograd/trace.ts";
import { ArgumentError, formatShape, ShapeError, unreachable } from "../core/errors.ts";
import { readLengths, type SequenceLengths } from "../data/lengths.ts";
import { sequenceMask } from "../data/sequence-mask.ts";
import { checkFloat, full, zeros } from "../tensor/creation.ts";
import { where } from "../tensor/ops/indexing.ts";
import { Tensor } from "../tensor/tensor.ts";
import { refuseInStream } from "./carried-state.ts";
import { Module } from "./module.ts";

export type Pooling = "last" | "mean" | "max";

/** Which steps count: at most one of the two. Default: all. */
export interface CountingOptions {
  /** True length of each sequence [batch], in any order. */
  lengths?: SequenceLengths;
  /** [batch, seq], in either layout: 1 where a step counts, 0 where it does not. */
  mask?: Tensor;
}

export interface PoolOverTimeOptions {
  /** `true`: [batch, seq, features]; `false`: [seq, batch, features]. Default: `false`. */
  batchFirst?: boolean;
}

/**
 * One vector for every sequence: its last step, the mean of its steps, or the largest of each feature.
 *
 * - `x`    [seq, batch, features], or [batch, seq, features] if `batchFirst`: a layer's output
 * - result [batch, features]
 *
 * Padding is left out, whatever stands there. Of a bidirectional layer `"last"` is seldom what is
 * wanted: the reverse direction has read one step by then. Its final state is in `hN`.
 *
 * @throws ArgumentError if in some sequence no step counts
 *
 * @example
 * const output = tensor([[[1], [5], [9]], [[2], [4], [6]]]); // [batch, seq, features]
 * const options = { batchFirst: true, lengths: [2, 3] };
 * poolOverTime(output, "last", options).toArray(); // [[5], [6]]
 * poolOverTime(output, "mean", options).toArray(); // [[3], [4]]
 * poolOverTime(output, "max", options).toArray(); // [[5], [6]]
 */
export function poolOverTime(
  x: Tensor,
  pooling: Pooling,
  { batchFirst = false, ...counting }: PoolOverTimeOptions & CountingOptions = {},
): Tensor {
  checkPooling("poolOverTime", pooling);
  if (pooling !== "last") refuseInStream("poolOverTime", needsWholeSequence(pooling));
  const steps = batchOfSteps("poolOverTime", x, batchFirst);
  const mask = countingSteps("poolOverTime", steps.shape, counting);
  switch (pooling) {
    case "last":
      return lastOf(steps, mask);
    case "mean":
      return meanOf(steps, mask);
    case "max":
      return (mask ? where(mask.unsqueeze(-1), steps, full([], -Infinity)) : steps).max(1);
    default:
      return unreachable(pooling);
  }
}

function lastOf(steps: Tensor, mask: Tensor | null): Tensor {
  const [batch, seq] = steps.shape;
  if (!mask) return steps.select(1, -1);
  const counts = mask.storage.array;
  const rows = new Int32Array(batch).map((_, b) => {
    let t = seq - 1;
    while (counts[b * seq + t] === 0) t--;
    return b * seq + t;
  });
  return traceAs("lastStep", [steps, mask], () =>
    steps.flatten(0, 1).indexSelect(0, new Tensor(rows, [batch])),
  );
}

function meanOf(steps: Tensor, mask: Tensor | null): Tensor {
  if (!mask) return steps.mean(1);
  // Replaced rather than multiplied by 0: whatever stands in the padding, NaN too.
  const counted = where(mask.unsqueeze(-1), steps, zeros([]));
  return counted.sum(1).div(mask.ne(0).sum(1, { keepdim: true }));
}

/** [batch, seq, features] */
export function batchOfSteps(name: string, x: Tensor, batchFirst: boolean): Tensor {
  checkFloat(name, "the input", x);
  if (x.rank === 3 && x.size > 0) return batchFirst ? x : x.transpose(0, 1);
  throw new ShapeError(
    `${name}: expected input ${batchFirst ? "[batch, seq, features]" : "[seq, batch, features]"}, got ${formatShape(x.shape)}.`,
  );
}

/** [batch, seq]: 1 where a step counts; null where all do. */
export function countingSteps(
  name: string,
  [batch, seq]: readonly number[],
  { lengths, mask }: CountingOptions,
): Tensor | null {
  if (lengths && mask) {
    throw new ArgumentError(`${name}: expected lengths or a mask, got both.`);
  }
  if (lengths) return sequenceMask(readLengths(name, lengths, batch, seq), seq);
  if (!mask) return null;
  if (mask.rank !== 2 || mask.shape[0] !== batch || mask.shape[1] !== seq) {
    throw new ShapeError(
      `${name}: expected mask [batch, seq] = ${formatShape([batch, seq])}, got ${formatShape(mask.shape)}.`,
    );
  }
  const counts = mask.storage.array;
  for (let b = 0; b < batch; b++) {
    if (counts.subarray(b * seq, (b + 1) * seq).some((m) => m !== 0)) continue;
    throw new ArgumentError(
      `${name}: expected at least one step that counts in every sequence, got none in sequence ${b}.`,
    );
  }
  return mask;
}

function needsWholeSequence(pooling: Pooling): string {
  return `its ${pooling} over time needs the whole sequence`;
}

function checkPooling(name: string, pooling: Pooling): void {
  if (["last", "mean", "max"].includes(pooling)) return;
  throw new ArgumentError(
    `${name}: expected "last", "mean" or "max", got ${JSON.stringify(pooling)}.`,
  );
}

/**
 * {@link poolOverTime} as a module that holds its options.
 *
 * @example
 * const pool = new nn.PoolOverTime("mean", { batchFirst: true });
 * pool.forward(ones([2, 5, 3]), { lengths: [5, 2] }).shape; // [2, 3]
 */
export class PoolOverTime extends Module {
  readonly pooling: Pooling;
  readonly batchFirst: boolean;

  constructor(pooling: Pooling, { batchFirst = false }: PoolOverTimeOptions = {}) {
    super();
    checkPooling("PoolOverTime", pooling);
    this.pooling = pooling;
    this.batchFirst = batchFirst;
  }

  /** [seq, batch, features], or [batch, seq, features] if `batchFirst` → [batch, features] */
  forward(x: Tensor, counting: CountingOptions = {}): Tensor {
    return poolOverTime(x, this.pooling, { batchFirst: this.batchFirst, ...counting });
  }

  override whyNotCausal(): string | null {
    return this.pooling === "last" ? null : needsWholeSequence(this.pooling);
  }
}
