/**
 * @file Every number you may turn, with its default and the reason for it.
 */

import { ArgumentError } from "unrolled";
import type { SentimentTokens } from "./tokens.ts";

export type SentimentCell = "rnn" | "lstm" | "gru";
export type SentimentPooling = "last" | "mean" | "max" | "max+mean" | "attention";

export interface SentimentConfig {
  cell: SentimentCell;
  /** What a token is. Characters suit single words, such as names. */
  tokens: SentimentTokens;
  /** Tokens seen less often are unknown ones. */
  minFrequency: number;
  /** How many different tokens at most. */
  maxVocabulary: number;
  embeddingDim: number;
  /**
   * How many vectors the letter n-grams of words share, see `spelling.ts`: a word's own vector and the
   * mean of theirs are added. Without it the treebank's two classes are 1 to 2 points worse. 0: a word
   * is known by itself alone, as characters always are.
   */
  letterNgrams: number;
  /** Features of the hidden state, in each direction. */
  hiddenSize: number;
  numLayers: number;
  /** Read a text from both ends. */
  bidirectional: boolean;
  /**
   * How the steps of a text become one vector. `"last"` has to carry everything to the end; `"max"` is
   * what the README's scores of sentences are from, and {@link usualPooling} what suits long texts.
   */
  pooling: SentimentPooling;
  /** Probability that a token is read as the unknown one, so that something is known about that. */
  wordDropout: number;
  /** Probability of zeroing a feature of the embedding, for a whole text alike. */
  embeddingDropout: number;
  /** Probability of zeroing features between layers and before the head. */
  dropout: number;
  /** How much of the target is spread evenly over all classes; without effect where there are grades. */
  labelSmoothing: number;
  /** `"balanced"`: every class counts alike, however rare it is. */
  classWeights: "none" | "balanced";
  /**
   * Let the bag of words vote, too: its scores are added to the network's, both with a weight found
   * on the validation part. It knows rare words and pairs that a network has not seen often enough.
   */
  bag: boolean;
  /**
   * Tokens of a text that the network reads; of a longer one the first and the last half of them,
   * where most reviews say what they think. The bag of words sees all.
   */
  maxTokens: number;
  /**
   * Tokens of a step: of short texts more are read together than of long ones, 8 at least and 512 at
   * most.
   */
  batchTokens: number;
  /** Highest learning rate of AdamW. */
  lr: number;
  weightDecay: number;
  /** Longest gradient; longer ones are scaled down to it. */
  clipNorm: number;
  /** Share of the texts held out to stop, calibrate and choose with; unless they are given. */
  validation: number;
  /** Share of the texts held out to measure with; unless they are given. */
  test: number;
  /** With two classes: the probability from which on a text is taken for the positive one. */
  threshold: number;
  seed: number;
}

export const SENTIMENT_DEFAULTS: Readonly<SentimentConfig> = {
  cell: "lstm",
  tokens: "word",
  minFrequency: 2,
  maxVocabulary: 30_000,
  embeddingDim: 128,
  letterNgrams: 20_000,
  hiddenSize: 128,
  numLayers: 1,
  bidirectional: true,
  pooling: "max",
  wordDropout: 0.05,
  embeddingDropout: 0.3,
  dropout: 0.5,
  labelSmoothing: 0.1,
  classWeights: "none",
  bag: true,
  maxTokens: 400,
  batchTokens: 600,
  lr: 2e-3,
  weightDecay: 0.01,
  clipNorm: 5,
  validation: 0.1,
  test: 0.1,
  threshold: 0.5,
  seed: 1,
};

/** Of more tokens than this, on average, texts are long. */
const LONG_TEXT = 100;

/**
 * Which pooling suits texts of so many tokens on average. The largest values of a long text hardly
 * depend on the text, and are learned from slowly; the mean beside them is learned from at once. On
 * the first fold of review-polarity (up to 400 tokens read) the network alone had 63 % right by the
 * largest, 79 % by both. The command line uses this where nothing is typed.
 *
 * @example
 * usualPooling(20); // "max"
 * usualPooling(300); // "max+mean"
 */
export function usualPooling(meanTokens: number): SentimentPooling {
  return meanTokens > LONG_TEXT ? "max+mean" : "max";
}

const CHOICES = {
  cell: ["rnn", "lstm", "gru"],
  tokens: ["word", "char"],
  pooling: ["last", "mean", "max", "max+mean", "attention"],
  classWeights: ["none", "balanced"],
} as const;
const WHOLE = [
  "minFrequency",
  "maxVocabulary",
  "embeddingDim",
  "hiddenSize",
  "numLayers",
  "maxTokens",
  "batchTokens",
] as const;
const PROBABILITIES = ["wordDropout", "embeddingDropout", "dropout", "labelSmoothing"] as const;
const SHARES = ["validation", "test", "threshold"] as const;

/**
 * What suits tokens of a kind. Characters are few and each is seen often, so that little has to be
 * dropped, and more can be learned from a step: with the settings for words, names of 18 languages cost
 * 0.80 nats where with these they cost 0.63, after as many steps.
 */
export function sentimentDefaults(tokens = SENTIMENT_DEFAULTS.tokens): SentimentConfig {
  if (tokens === "word") return { ...SENTIMENT_DEFAULTS };
  const lighter = { embeddingDropout: 0.1, dropout: 0.2, lr: 5e-3 };
  return { ...SENTIMENT_DEFAULTS, tokens, ...lighter, letterNgrams: 0 };
}

/** {@link sentimentDefaults}, with `changes` applied and checked. */
export function sentimentConfig(changes: Partial<SentimentConfig> = {}): SentimentConfig {
  const config = { ...sentimentDefaults(changes.tokens), ...changes };
  if (config.tokens === "char") config.letterNgrams = 0;
  for (const [key, choices] of Object.entries(CHOICES)) {
    const value = config[key as keyof typeof CHOICES];
    if ((choices as readonly string[]).includes(value)) continue;
    throw new ArgumentError(
      `sentiment: expected ${key} to be one of ${choices.join(", ")}, got ${JSON.stringify(value)}.`,
    );
  }
  const check = (key: keyof SentimentConfig, ok: boolean, wanted: string) => {
    if (ok) return;
    throw new ArgumentError(
      `sentiment: expected ${key} to be ${wanted}, got ${String(config[key])}.`,
    );
  };
  for (const key of WHOLE) {
    check(key, Number.isInteger(config[key]) && config[key] >= 1, "a whole number of at least 1");
  }
  for (const key of PROBABILITIES) {
    check(key, config[key] >= 0 && config[key] < 1, "at least 0 and below 1");
  }
  for (const key of SHARES) check(key, config[key] > 0 && config[key] < 1, "between 0 and 1");
  const { letterNgrams } = config;
  check("letterNgrams", Number.isInteger(letterNgrams) && letterNgrams >= 0, "0 or more");
  check("test", config.test + config.validation < 1, "below 1 together with validation");
  check("lr", config.lr > 0 && config.lr < Infinity, "above 0");
  check("weightDecay", config.weightDecay >= 0, "0 or more");
  check("clipNorm", config.clipNorm > 0, "above 0");
  check("seed", Number.isSafeInteger(config.seed), "a whole number");
  return config;
}
