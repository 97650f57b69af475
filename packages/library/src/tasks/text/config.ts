/**
 * @file Every number you may turn, with its default and the reason for it.
 */

import { ArgumentError, CELL_NAMES, type CellName } from "unrolled";

export type TextCell = CellName;
export type TextTokens = "char" | "word" | "bpe";

export interface TextConfig {
  /**
   * The recurrent layer, or a window of characters instead of one: see `CELL_INFOS`. The LSTM remembers
   * longest at equal size. Those other than rnn, lstm and gru have one layer.
   */
  cell: TextCell;
  /** What a token is: a character, a word or punctuation mark, or a piece found by pair encoding. */
  tokens: TextTokens;
  /** How many different words or pieces at most. Characters are all kept. */
  vocabSize: number;
  /** Features of a token's vector. */
  embeddingDim: number;
  /** Features of the hidden state. */
  hiddenSize: number;
  numLayers: number;
  /**
   * Added at the start to the bias of the gate that keeps the past: the LSTM's forget gate, the
   * GRU's update gate. 0 is PyTorch's start; at 1, memory is what training begins with, and both
   * learn what lies far back more reliably (Jozefowicz et al. 2015).
   */
  gateBias: number;
  /** Read and predict tokens by the same vectors; see `model.ts` for sizes that differ. */
  tieWeights: boolean;
  /**
   * Probability of zeroing features between layers and before the head. Here and at the input one draw
   * holds for all steps of a stretch ("locked"), so that the layers cannot average the noise away.
   */
  dropout: number;
  /** The same for the features of the tokens read. */
  inputDropout: number;
  /** Probability that a token goes missing from the vocabulary for a step: all its vectors are zero. */
  embeddingDropout: number;
  /** Probability of zeroing each weight from one step's hidden state to the next's. */
  weightDropout: number;
  /** Texts read in parallel. */
  batchSize: number;
  /** Tokens before the gradient is cut: truncated backpropagation through time, state carried on. */
  seqLength: number;
  /**
   * Tokens read in a row, rounded up to whole steps, before a stream goes on at another place of the
   * text. 0: from beginning to end.
   */
  stretch: number;
  /**
   * Probability that a stream's state is set to zeros before a step. A prompt begins with zeros, and
   * a model that has hardly ever seen them answers with noise until it has read a line or two.
   */
  stateReset: number;
  /** Highest learning rate of AdamW. */
  lr: number;
  /** How much AdamW's running mean of squared gradients keeps of the past, each step. */
  beta2: number;
  weightDecay: number;
  /** Steps in which the learning rate rises to `lr`; then it falls as a cosine. */
  warmupSteps: number;
  /** Longest gradient; longer ones are scaled down to it. */
  clipNorm: number;
  /** Share of the text that is held out, from its end, to choose the best weights by. */
  validation: number;
  /**
   * Share of the text, at its very end, that chooses nothing and measures the model when it is done.
   * At 0 the validation part does both, and the score is that much too good.
   */
  test: number;
  seed: number;
}

/**
 * The best that was found for three minutes of two cores: `sizes.ts` has what pays with more, and
 * docs/results/text-search.md what else was tried.
 */
export const TEXT_DEFAULTS: Readonly<TextConfig> = {
  cell: "lstm",
  tokens: "char",
  vocabSize: 2000,
  embeddingDim: 64,
  hiddenSize: 256,
  numLayers: 1,
  gateBias: 1,
  tieWeights: false,
  dropout: 0.15,
  inputDropout: 0,
  embeddingDropout: 0,
  weightDropout: 0,
  // Sixteen streams: with few steps to take, their number counts more than how steady each is.
  batchSize: 16,
  seqLength: 64,
  stretch: 1024,
  // Every stretch begins without a state already.
  stateReset: 0,
  lr: 8e-3,
  beta2: 0.99,
  weightDecay: 0.01,
  warmupSteps: 100,
  clipNorm: 1,
  validation: 0.1,
  test: 0,
  seed: 1,
};

const CHOICES = { cell: CELL_NAMES, tokens: ["char", "word", "bpe"] } as const;
const WHOLE = [
  "vocabSize",
  "embeddingDim",
  "hiddenSize",
  "numLayers",
  "batchSize",
  "seqLength",
] as const;
const DROPOUTS = ["dropout", "inputDropout", "embeddingDropout", "weightDropout"] as const;

/** The defaults, with `changes` applied and checked. */
export function textConfig(changes: Partial<TextConfig> = {}): TextConfig {
  const config = { ...TEXT_DEFAULTS, ...changes };
  for (const [key, choices] of Object.entries(CHOICES)) {
    const value = config[key as keyof typeof CHOICES];
    if (!(choices as readonly string[]).includes(value)) {
      throw new ArgumentError(
        `text: expected ${key} to be one of ${choices.join(", ")}, got ${JSON.stringify(value)}.`,
      );
    }
  }
  const check = (key: keyof TextConfig, ok: boolean, wanted: string) => {
    if (!ok) throw new ArgumentError(`text: expected ${key} to be ${wanted}, got ${config[key]}.`);
  };
  for (const key of WHOLE) {
    check(key, Number.isInteger(config[key]) && config[key] >= 1, "a whole number of at least 1");
  }
  const oneLayer = !(["rnn", "lstm", "gru"] as string[]).includes(config.cell);
  check("numLayers", !oneLayer || config.numLayers === 1, `1 for the cell ${config.cell}`);
  check(
    "warmupSteps",
    Number.isInteger(config.warmupSteps) && config.warmupSteps >= 0,
    "0 or more",
  );
  for (const key of DROPOUTS) {
    check(key, config[key] >= 0 && config[key] < 1, "at least 0 and below 1");
  }
  const hasStateWeights = !(["mingru", "minlstm", "window"] as string[]).includes(config.cell);
  check("weightDropout", hasStateWeights || config.weightDropout === 0, `0 for ${config.cell}`);
  check("beta2", config.beta2 >= 0 && config.beta2 < 1, "at least 0 and below 1");
  check("stretch", Number.isInteger(config.stretch) && config.stretch >= 0, "0 or more");
  check("stateReset", config.stateReset >= 0 && config.stateReset <= 1, "between 0 and 1");
  check("gateBias", Number.isFinite(config.gateBias), "a number");
  check("lr", config.lr > 0 && config.lr < Infinity, "above 0");
  check("weightDecay", config.weightDecay >= 0, "0 or more");
  check("clipNorm", config.clipNorm > 0, "above 0");
  check("validation", config.validation > 0 && config.validation < 1, "between 0 and 1");
  check("test", config.test >= 0 && config.test + config.validation < 1, "below 1 with validation");
  check("seed", Number.isSafeInteger(config.seed), "a whole number");
  return config;
}
