/**
 * @file Every number you may turn, with its default and the reason for it.
 */

import { ArgumentError } from "unrolled";

export const TRANSLATION_CELLS = ["lstm", "gru", "rnn"] as const;
export const TRANSLATION_TOKENS = ["bpe", "word"] as const;
export const TRANSLATION_ATTENTION = ["general", "dot", "additive", "none"] as const;

export interface TranslationConfig {
  /** The recurrent layers of encoder and decoder. */
  cell: (typeof TRANSLATION_CELLS)[number];
  /**
   * `"bpe"`: pieces of words, and nothing is unknown. `"word"`: whole words; a rare one is unknown,
   * and is copied from where attention looked.
   */
  tokens: (typeof TRANSLATION_TOKENS)[number];
  /** One vocabulary, learned from both languages together, instead of one for each. */
  joint: boolean;
  /** How many different tokens of a language at most. */
  vocabSize: number;
  /** Features of a token's vector. */
  embeddingDim: number;
  /**
   * Features of the decoder's state, and of each direction of the encoder; with `"dot"` attention,
   * which compares the two as they are, a direction has half.
   */
  hiddenSize: number;
  /** Recurrent layers of encoder and decoder each. */
  numLayers: number;
  /** How the decoder looks back at the source; `"none"` leaves it the encoder's last state. */
  attention: (typeof TRANSLATION_ATTENTION)[number];
  /** Tell each step what attention read in the step before. */
  inputFeeding: boolean;
  /** Read and predict the target's tokens by the same vectors. */
  tied: boolean;
  /**
   * Probability of zeroing features: of both embeddings, between layers, and before the head.
   * {@link usualDropout} says what suits how many pairs.
   */
  dropout: number;
  /** Share of a target's probability that is spread over the whole vocabulary. */
  labelSmoothing: number;
  /**
   * How often the decoder reads the true token at the end of training, rather than its own guess:
   * falls from 1 along a straight line. At 1 it always does.
   */
  teacherForcing: number;
  /** Target tokens in a batch, about: long sentences come in small batches, short ones in large. */
  batchTokens: number;
  /** Highest learning rate of AdamW. */
  lr: number;
  weightDecay: number;
  /** Steps in which the learning rate rises to `lr`; then it falls as a cosine. */
  warmupSteps: number;
  /** Longest gradient; longer ones are scaled down to it. */
  clipNorm: number;
  /** Pairs with a side of more tokens than this are left out of training, and counted. */
  maxLength: number;
  seed: number;
}

/**
 * The best that was found for 29,000 pairs of Multi30k and for 138,000 of Tatoeba:
 * docs/results/translation-search.md has what else was tried.
 */
export const TRANSLATION_DEFAULTS: Readonly<TranslationConfig> = {
  cell: "gru",
  tokens: "bpe",
  joint: false,
  vocabSize: 5000,
  embeddingDim: 256,
  hiddenSize: 512,
  numLayers: 1,
  attention: "dot",
  inputFeeding: false,
  tied: true,
  dropout: 0.3,
  labelSmoothing: 0.1,
  teacherForcing: 1,
  batchTokens: 1000,
  lr: 2e-3,
  weightDecay: 0.01,
  warmupSteps: 300,
  clipNorm: 1,
  maxLength: 80,
  seed: 1,
};

/** What {@link usualDropout} gives below `fewPairs` and from there on. */
export const TRANSLATION_DROPOUT = { fewPairs: 50_000, few: 0.4, many: 0.2 } as const;

/**
 * How much to drop: the fewer pairs there are, the more often each is read, and the sooner it is
 * learned by heart. The command line uses this where nothing is typed.
 *
 * @example
 * usualDropout(29_000); // 0.4
 * usualDropout(140_000); // 0.2
 */
export function usualDropout(numPairs: number): number {
  const { fewPairs, few, many } = TRANSLATION_DROPOUT;
  return numPairs < fewPairs ? few : many;
}

const CHOICES = {
  cell: TRANSLATION_CELLS,
  tokens: TRANSLATION_TOKENS,
  attention: TRANSLATION_ATTENTION,
} as const;
const WHOLE = [
  "vocabSize",
  "embeddingDim",
  "hiddenSize",
  "numLayers",
  "batchTokens",
  "maxLength",
] as const;
const SHARES = ["dropout", "labelSmoothing"] as const;

/** The defaults, with `changes` applied and checked; input feeding needs attention, and yields. */
export function translationConfig(changes: Partial<TranslationConfig> = {}): TranslationConfig {
  const config = { ...TRANSLATION_DEFAULTS, ...changes };
  if (config.attention === "none" && changes.inputFeeding === undefined) {
    config.inputFeeding = false;
  }
  for (const [key, choices] of Object.entries(CHOICES)) {
    const value = config[key as keyof typeof CHOICES];
    if (!(choices as readonly string[]).includes(value)) {
      throw new ArgumentError(
        `translation: expected ${key} to be one of ${choices.join(", ")}, got ${JSON.stringify(value)}.`,
      );
    }
  }
  const check = (key: keyof TranslationConfig, ok: boolean, wanted: string) => {
    if (ok) return;
    throw new ArgumentError(`translation: expected ${key} to be ${wanted}, got ${config[key]}.`);
  };
  for (const key of WHOLE) {
    check(key, Number.isInteger(config[key]) && config[key] >= 1, "a whole number of at least 1");
  }
  for (const key of SHARES) check(key, config[key] >= 0 && config[key] < 1, "at least 0, below 1");
  const { teacherForcing, warmupSteps, attention, inputFeeding } = config;
  check("teacherForcing", teacherForcing >= 0 && teacherForcing <= 1, "between 0 and 1");
  check("warmupSteps", Number.isInteger(warmupSteps) && warmupSteps >= 0, "0 or more");
  check("inputFeeding", !inputFeeding || attention !== "none", "false without attention");
  check("maxLength", config.maxLength >= 2, "at least 2");
  check("lr", config.lr > 0 && config.lr < Infinity, "above 0");
  check("weightDecay", config.weightDecay >= 0, "0 or more");
  check("clipNorm", config.clipNorm > 0, "above 0");
  check("seed", Number.isSafeInteger(config.seed), "a whole number");
  return config;
}
