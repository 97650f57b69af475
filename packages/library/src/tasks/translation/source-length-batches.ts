/**
 * @file Batches whose sources are, where the data allows it, all of one length, and whose targets
 * are of similar length.
 *
 * Sources of one length need no padding, so attention has nothing to leave out and the encoder runs
 * as the machine's own libraries have it, in one piece. Targets are padded, and little.
 */

import type { BatchSampler, RandomGenerator } from "unrolled";

/** How far, in tokens, chance moves a target's length before sorting: who stands beside whom changes. */
const JITTER = 2;

/**
 * For `DataLoader`'s `batchSampler`: pairs sorted by the source's length, then about by the
 * target's, and cut where a batch has enough target tokens, or where the source's length changes
 * and the batch is at least half full. The cuts are the same in every epoch; who falls between
 * them, and the order of the batches, is not.
 */
export class SourceLengthBatches implements BatchSampler {
  readonly length: number;
  readonly #sources: ArrayLike<number>;
  readonly #targets: ArrayLike<number>;
  readonly #cuts: number[];

  constructor(sources: ArrayLike<number>, targets: ArrayLike<number>, batchTokens: number) {
    this.#sources = sources;
    this.#targets = targets;
    this.#cuts = cutsFor(sources, targets, batchTokens);
    this.length = this.#cuts.length - 1;
  }

  sample(generator: RandomGenerator): Int32Array[] {
    const keys = Float64Array.from(
      this.#targets,
      (length, i) => this.#sources[i] * 1e6 + length + JITTER * (2 * generator.random() - 1),
    );
    const order = Int32Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b]);
    const cuts = this.#cuts;
    const batches = cuts.slice(1).map((end, i) => order.subarray(cuts[i], end));
    return Array.from(generator.permutation(batches.length), (place) => batches[place]);
  }
}

/** Where batches begin and end in the sorted pairs. */
function cutsFor(
  sources: ArrayLike<number>,
  targets: ArrayLike<number>,
  batchTokens: number,
): number[] {
  const byLength = new Map<number, { count: number; tokens: number }>();
  for (let i = 0; i < sources.length; i++) {
    const group = byLength.get(sources[i]) ?? { count: 0, tokens: 0 };
    byLength.set(sources[i], { count: group.count + 1, tokens: group.tokens + targets[i] });
  }
  const cuts = [0];
  let at = 0;
  for (const [, { count, tokens }] of [...byLength].sort(([a], [b]) => a - b)) {
    const size = batchSize((batchTokens * count) / tokens);
    const end = at + count;
    if (at - cuts[cuts.length - 1] >= size / 2) cuts.push(at);
    while (end - cuts[cuts.length - 1] > size) cuts.push(cuts[cuts.length - 1] + size);
    at = end;
  }
  if (cuts[cuts.length - 1] < at) cuts.push(at);
  return cuts;
}

/** Whole vectors of eight, where there are so many. */
function batchSize(wanted: number): number {
  return wanted >= 8 ? 8 * Math.round(wanted / 8) : Math.max(1, Math.floor(wanted));
}
