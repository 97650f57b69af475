/**
 * @file Pairs of sentences → ids → batches.
 */

import {
  ArgumentError,
  collateIds,
  DataLoader,
  IdSequences,
  padSequence,
  SameLengthBatchSampler,
  tensor,
  type BatchSource,
  type Dataset,
  type Tensor,
} from "unrolled";
import type { TranslationConfig } from "./config.ts";
import type { SentencePair } from "./pairs.ts";
import {
  encodeSource,
  encodeTarget,
  PAD,
  trainTokenizers,
  type TranslationTokenizers,
} from "./tokens.ts";

/** A pair as ids: the source with its end, the target with start and end. */
export interface EncodedPair {
  source: Int32Array;
  target: Int32Array;
}

/** Many of them, each side in one piece of memory. */
export class EncodedPairs implements Dataset<EncodedPair> {
  readonly length: number;
  readonly sources: IdSequences;
  readonly targets: IdSequences;

  constructor(pairs: readonly EncodedPair[]) {
    this.length = pairs.length;
    this.sources = new IdSequences(pairs.map(({ source }) => source));
    this.targets = new IdSequences(pairs.map(({ target }) => target));
  }

  at(index: number): EncodedPair | undefined {
    const [source, target] = [this.sources.at(index), this.targets.at(index)];
    return source && target && { source, target };
  }
}

/** What a model trains on and is validated with. */
export interface TranslationData {
  tokenizers: TranslationTokenizers;
  train: EncodedPairs;
  /** As text, since what counts is what is read. */
  validation: readonly SentencePair[];
  /** Pairs left out because a side has more than `maxLength` tokens. */
  tooLong: number;
}

/** Some pairs, ready for the model. */
export interface TranslationBatch {
  /** [batch, src], ids; and how long each is. */
  source: Tensor;
  lengths: Int32Array;
  /** [batch, tgt]: the start token, then the target without its end. */
  inputs: Tensor;
  /** Which places of `inputs`, row by row, have a token to predict; and which token: [places] each. */
  places: Int32Array;
  expected: Tensor;
}

/**
 * Learns the vocabularies from the training pairs, and encodes them.
 *
 * @throws ArgumentError if no pair is short enough to train on
 */
export function prepareTranslation(
  train: readonly SentencePair[],
  validation: readonly SentencePair[],
  config: TranslationConfig,
): TranslationData {
  if (train.length === 0) {
    throw new ArgumentError(
      "translation: expected at least one pair of sentences to train on, got none.",
    );
  }
  const tokenizers = trainTokenizers(train, config);
  const encoded = train.map((pair) => encodePair(pair, tokenizers));
  const { maxLength } = config;
  const kept = encoded.filter(
    ({ source, target }) => source.length <= maxLength + 1 && target.length <= maxLength + 2,
  );
  if (kept.length === 0) {
    const shortest = Math.min(...encoded.map((p) => Math.max(p.source.length, p.target.length)));
    throw new ArgumentError(
      `translation: expected sentences of at most ${maxLength} tokens (maxLength), and in each of ${train.length} pairs a side is longer; the shortest pair has ${shortest}. Raise maxLength, or split the sentences.`,
    );
  }
  const tooLong = encoded.length - kept.length;
  return { tokenizers, train: new EncodedPairs(kept), validation, tooLong };
}

function encodePair(
  { source, target }: SentencePair,
  tokenizers: TranslationTokenizers,
): EncodedPair {
  return {
    source: encodeSource(tokenizers.source, source),
    target: encodeTarget(tokenizers.target, target),
  };
}

/**
 * The training batches, with a place that can be saved: of sources of one length, so that attention has
 * nothing to leave out, and targets of similar ones.
 */
export function translationBatches(
  pairs: EncodedPairs,
  { batchTokens }: Pick<TranslationConfig, "batchTokens">,
): BatchSource<TranslationBatch> {
  const [sources, targets] = [pairs.sources.lengths, pairs.targets.lengths];
  const meanTarget = meansBy(sources, targets);
  return new DataLoader(pairs, {
    batchSampler: new SameLengthBatchSampler(sources, {
      batchSize: (length) => wholeVectors(batchTokens / meanTarget(length)),
      paddedLengths: targets,
    }),
    collate: collatePairs,
  });
}

/** The mean of the values that belong to a key. */
function meansBy(keys: Int32Array, values: Int32Array): (key: number) => number {
  const sums = new Map<number, { count: number; sum: number }>();
  for (const [i, key] of keys.entries()) {
    const { count, sum } = sums.get(key) ?? { count: 0, sum: 0 };
    sums.set(key, { count: count + 1, sum: sum + values[i] });
  }
  return (key) => sums.get(key)!.sum / sums.get(key)!.count;
}

/** Batches of eight, sixteen, …, where there are so many: what a processor takes at once. */
function wholeVectors(wanted: number): number {
  return wanted >= 8 ? 8 * Math.round(wanted / 8) : Math.max(1, Math.floor(wanted));
}

/** Pairs side by side, padded at their ends. */
export function collatePairs(pairs: readonly EncodedPair[]): TranslationBatch {
  const { ids: source, lengths } = collateIds(
    pairs.map((pair) => pair.source),
    { paddingValue: PAD },
  );
  const { ids, shape } = padSequence(
    pairs.map(({ target }) => target.subarray(0, -1)),
    { paddingValue: PAD },
  );
  const places: number[] = [];
  const expected: number[] = [];
  for (const [row, { target }] of pairs.entries()) {
    for (let t = 1; t < target.length; t++) {
      places.push(row * shape[1] + t - 1);
      expected.push(target[t]);
    }
  }
  return {
    source,
    lengths,
    inputs: tensor(ids, { shape }),
    places: Int32Array.from(places),
    expected: tensor(Int32Array.from(expected)),
  };
}
