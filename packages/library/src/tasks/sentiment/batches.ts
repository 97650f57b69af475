/**
 * @file Examples → batches of equal length, with words going missing on the way.
 */

import {
  collateClasses,
  collateIds,
  ConcatDataset,
  DataLoader,
  rand,
  SameLengthBatchSampler,
  tensor,
  type Tensor,
} from "unrolled";
import type { SentimentConfig } from "./config.ts";
import type { TrainingExample, TrainingExamples } from "./examples.ts";
import { spellingOf, type Spelling } from "./spelling.ts";

export interface TextsBatch {
  ids: Tensor; //         [batch, seq]
  lengths: Int32Array; // [batch]
  spelling: Spelling;
}

export interface TrainingBatch extends TextsBatch {
  targets: Tensor; //     [batch]
}

/** Fewer texts give no gradient to speak of, and more are no faster. */
const [FEWEST, MOST] = [8, 512];

export function collateTexts(examples: readonly TrainingExample[]): TextsBatch {
  const { ids, lengths } = collateIds(examples.map((example) => example.ids));
  return { ids, lengths, spelling: spellingOf(examples, ids.shape[1]) };
}

/** The training batches, of texts of one length where enough have it, with a place that can be saved. */
export function textsLoader(
  parts: readonly TrainingExamples[],
  { batchTokens }: SentimentConfig,
  targetOf: (example: TrainingExample) => number = ({ target }) => target,
): DataLoader<TrainingExample, TrainingBatch> {
  const lengths = parts.flatMap((part) => [...part.lengths]);
  const batchSize = (length: number) =>
    Math.min(MOST, Math.max(FEWEST, Math.round(batchTokens / length)));
  return new DataLoader(new ConcatDataset(parts), {
    batchSampler: new SameLengthBatchSampler(lengths, { batchSize }),
    collate: (some) => ({ ...collateTexts(some), targets: collateClasses(some.map(targetOf)) }),
  });
}

/** Texts that are read at once where nothing is learned: bounds the memory of long ones. */
const READ_AT_ONCE = 64;
const TOKENS_AT_ONCE = 8192;

/** Calls `visit` for all examples, batch by batch, each of texts of one length. */
export function forEachBatch(
  examples: readonly TrainingExample[],
  visit: (batch: TextsBatch, places: readonly number[]) => void,
): void {
  const order = examples.map((_, i) => i);
  order.sort((a, b) => examples[a].ids.length - examples[b].ids.length || a - b);
  for (let from = 0; from < order.length;) {
    const { length } = examples[order[from]].ids;
    const most = from + Math.max(1, Math.min(READ_AT_ONCE, Math.floor(TOKENS_AT_ONCE / length)));
    let end = from + 1;
    while (end < order.length && end < most && examples[order[end]].ids.length === length) end++;
    const places = order.slice(from, end);
    visit(collateTexts(places.map((i) => examples[i])), places);
    from = end;
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
