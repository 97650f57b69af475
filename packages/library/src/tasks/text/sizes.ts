/**
 * @file Three sizes of model, each for a length of training.
 */

import type { Budget } from "unrolled";
import { TEXT_DEFAULTS, type TextConfig } from "./config.ts";

export type TextSize = "small" | "medium" | "large";

export interface TextSizeInfo {
  /** How long it is meant to train on two cores, on a megabyte of text. */
  minutes: number;
  /** How often it reads a megabyte, by its characters, in that time. */
  passes: number;
  /** What differs from {@link TEXT_DEFAULTS}. */
  changes: Partial<TextConfig>;
}

/**
 * The sizes. The more passes over a text there is time for, the more a model learns it by heart, so
 * the larger ones drop more: features at the input and before the head, and weights from one step's
 * state to the next's. `small` was found by a search, `medium` follows from it and is measured; `large` follows
 * from AWD-LSTM's proportions (Merity et al. 2017): docs/results/text-search.md has what was tried.
 */
export const TEXT_SIZES: Readonly<Record<TextSize, TextSizeInfo>> = {
  small: { minutes: 3, passes: 8, changes: {} },
  medium: {
    minutes: 30,
    passes: 20,
    changes: { hiddenSize: 512, dropout: 0.3, inputDropout: 0.1, weightDropout: 0.2, lr: 6e-3 },
  },
  large: {
    minutes: 90,
    passes: 40,
    changes: {
      hiddenSize: 512,
      numLayers: 2,
      dropout: 0.4,
      inputDropout: 0.1,
      weightDropout: 0.3,
      lr: 4e-3,
    },
  },
};

/** Characters to learn from, in what the sizes were measured on. */
const MEGABYTE = 1e6;

/** So many times a size's own passes are often: the small one's byte pairs gained by it from there on. */
const OFTEN = 1.3;

/** From so many minutes on a size is chosen; `medium` is still the one that is measured after an hour. */
const FROM_MINUTES = { medium: 12, large: 90 };

/**
 * The size for a length of training on two cores. Without one, small.
 *
 * @example
 * textSizeFor(3); // "small"
 * textSizeFor(30); // "medium"
 */
export function textSizeFor(minutes = TEXT_SIZES.small.minutes): TextSize {
  if (minutes >= FROM_MINUTES.large) return "large";
  return minutes >= FROM_MINUTES.medium ? "medium" : "small";
}

/**
 * The configuration of a size. Weights from state to state are dropped only where a cell has them,
 * and only cells that stack have two layers.
 */
export function configOfSize(size: TextSize, cell = TEXT_DEFAULTS.cell): TextConfig {
  const config = { ...TEXT_DEFAULTS, ...TEXT_SIZES[size].changes, cell };
  if (["rnn", "lstm", "gru"].includes(cell)) return config;
  return { ...config, numLayers: 1, weightDropout: 0 };
}

/**
 * How much a size drops where the text is read so many times: as much as the next larger size from
 * 1.3 times its own {@link TextSizeInfo.passes} on. The command line uses this where nothing is typed.
 *
 * @example
 * usualDropouts("small", 8); // { dropout: 0.15, inputDropout: 0, weightDropout: 0 }
 * usualDropouts("small", 24); // { dropout: 0.3, inputDropout: 0.1, weightDropout: 0.2 }
 */
export function usualDropouts(
  size: TextSize,
  passes: number,
  cell = TEXT_DEFAULTS.cell,
): Pick<TextConfig, "dropout" | "inputDropout" | "weightDropout"> {
  const next = { small: "medium", medium: "large", large: "large" } as const;
  const isOften = passes >= OFTEN * TEXT_SIZES[size].passes;
  const config = configOfSize(isOften ? next[size] : size, cell);
  const { dropout, inputDropout, weightDropout } = config;
  return { dropout, inputDropout, weightDropout };
}

/** How often a budget lets `config` read a text with `numTokens` to learn from, about. */
export function passesIn(
  budget: Budget,
  size: TextSize,
  numTokens: number,
  { batchSize, seqLength }: TextConfig,
): number {
  if ("epochs" in budget) return budget.epochs;
  const { minutes, passes } = TEXT_SIZES[size];
  const tokens =
    "steps" in budget
      ? budget.steps * batchSize * seqLength
      : (budget.minutes / minutes) * passes * MEGABYTE;
  return tokens / numTokens;
}
