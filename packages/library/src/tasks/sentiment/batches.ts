/**
 * @file Examples → batches of about equal length, with words going missing on the way.
 */

import {
  BucketBatchSampler,
  collateClasses,
  collateIds,
  DataLoader,
  rand,
  tensor,
  type Tensor,
} from "unrolled";
import type { SentimentConfig } from "./config.ts";
import type { Example } from "./data.ts";

export interface TextsBatch {
  ids: Tensor; //         [batch, seq]
  lengths: Int32Array; // [batch]
  targets: Tensor; //     [batch]
}

/** Bounds the memory of a batch of long texts: about 200 MB for the default network. */
const MAX_BATCH_TOKENS = 8192;

export function collateTexts(examples: readonly Example[]): TextsBatch {
  const { ids, lengths } = collateIds(examples.map((example) => example.ids));
  return { ids, lengths, targets: collateClasses(examples.map(({ target }) => target)) };
}

/** How many texts a batch has: as configured, or what fits into memory. */
export function batchSizeFor(examples: readonly Example[], { batchSize }: SentimentConfig): number {
  const longest = examples.reduce((most, { ids }) => Math.max(most, ids.length), 1);
  return Math.max(1, Math.min(batchSize, Math.floor(MAX_BATCH_TOKENS / longest)));
}

/** The training batches, with a place that can be saved. */
export function textsLoader(
  examples: readonly Example[],
  config: SentimentConfig,
): DataLoader<Example, TextsBatch> {
  const batchSize = batchSizeFor(examples, config);
  const lengths = examples.map(({ ids }) => ids.length);
  return new DataLoader(examples, {
    batchSampler: new BucketBatchSampler(lengths, { batchSize, batchesPerBucket: 16 }),
    collate: collateTexts,
  });
}

/** Calls `visit` for all examples, batch by batch, short ones with short ones. */
export function forEachBatch(
  examples: readonly Example[],
  config: SentimentConfig,
  visit: (batch: TextsBatch, places: readonly number[]) => void,
): void {
  const order = examples.map((_, i) => i);
  order.sort((a, b) => examples[a].ids.length - examples[b].ids.length || a - b);
  const size = batchSizeFor(examples, { ...config, batchSize: Math.max(64, config.batchSize) });
  for (let from = 0; from < order.length; from += size) {
    const places = order.slice(from, from + size);
    visit(collateTexts(places.map((i) => examples[i])), places);
  }
}

/** Reads some tokens as `unknown`, by chance; padding, id 0, stays. */
export function dropWords(ids: Tensor, probability: number, unknown: number): Tensor {
  if (probability === 0) return ids;
  const chance = rand([ids.size]).data;
  const kept = Int32Array.from(ids.data, (id, i) =>
    id !== 0 && chance[i] < probability ? unknown : id,
  );
  return tensor(kept, { shape: [...ids.shape] });
}
