/**
 * @file What a language model and the length add to the score of a CTC hypothesis, label by label or
 * word by word.
 */

import { ArgumentError } from "../core/errors.ts";
import type { Prefix } from "./ctc-prefix.ts";
import type { LanguageModel } from "./language-model.ts";

export interface FusionOptions<State = unknown> {
  /** Says how likely the labels, or with `words` the words, are as language. Default: none. */
  languageModel?: LanguageModel<State>;
  /** The weight of the language model, at least 0. Default: 1. */
  alpha?: number;
  /**
   * Added for every label, or with `words` for every word: it makes up for what each of them costs
   * in the language model. Default: 0.
   */
  beta?: number;
  /** The language model's tokens, and what `beta` counts, are words. Default: they are labels. */
  words?: WordOptions;
}

export interface WordOptions {
  /** The label between two words, such as that of the space. */
  separator: number;
  /** The language model's token for the word of these labels. Words it does not know have one too. */
  idOf: (labels: readonly number[]) => number;
}

/** The bonuses of prefixes. A language model's state after a prefix is `prefix.state`. */
export interface Fusion {
  start(): unknown;
  /** What one more label adds to the bonus. */
  gain(prefix: Prefix, label: number): number;
  /** The language model's state after one more label. */
  advance(prefix: Prefix, label: number): unknown;
  /** What the end of the sequence adds: the last word has no separator after it. */
  atEnd(prefix: Prefix): number;
  /** `gain` is never more. */
  largestGain: number;
}

export function fusionOf(where: string, options: FusionOptions): Fusion {
  const { languageModel: model, alpha = 1, beta = 0, words } = options;
  if (!(alpha >= 0 && alpha < Infinity)) {
    throw new ArgumentError(`${where}: expected alpha of at least 0, got ${alpha}.`);
  }
  if (!Number.isFinite(beta)) {
    throw new ArgumentError(`${where}: expected beta to be a number, got ${beta}.`);
  }
  const bonus = (state: unknown, token: number) =>
    beta + (model && alpha > 0 ? alpha * model.logProbability(state, token) : 0);
  const common = { start: () => model?.start(), largestGain: Math.max(0, beta) };
  if (!words) {
    return {
      ...common,
      gain: (prefix, label) => bonus(prefix.state, label),
      advance: (prefix, label) => model?.advance(prefix.state, label),
      atEnd: () => 0,
    };
  }

  const { separator, idOf } = words;
  /** The word that a separator after the prefix would complete; `null` if there is none. */
  const wordOf = (prefix: Prefix): number | null => {
    const labels: number[] = [];
    for (let at = prefix; at.parent && at.label !== separator; at = at.parent)
      labels.push(at.label);
    return labels.length > 0 ? idOf(labels.reverse()) : null;
  };
  const completed = (prefix: Prefix) => {
    const word = wordOf(prefix);
    return word === null ? 0 : bonus(prefix.state, word);
  };
  return {
    ...common,
    gain: (prefix, label) => (label === separator ? completed(prefix) : 0),
    advance(prefix, label) {
      const word = label === separator && model ? wordOf(prefix) : null;
      return word === null ? prefix.state : model!.advance(prefix.state, word);
    },
    atEnd: completed,
  };
}
