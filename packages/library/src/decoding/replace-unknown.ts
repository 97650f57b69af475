/**
 * @file Names and rare words that a decoder has no token for, copied from where it looked.
 */

import { ArgumentError } from "../core/errors.ts";

export interface ReplaceUnknownOptions {
  /** What stands for a word that has no token. Default: `"<unk>"`. */
  unkToken?: string;
  /** Translations of single words: looked up before the source word is copied. Default: none. */
  dictionary?: ReadonlyMap<string, string>;
}

/**
 * Replaces each `<unk>` of an output by the source word that its step gave the largest attention
 * weight, or by that word's translation where a dictionary has one. For names and numbers, which
 * are the same in both languages, the copy is right.
 *
 * - `tokens`    the output
 * - `source`    the source's words, in their order
 * - `attention` [tokens][src], a {@link Hypothesis}'s; positions after the source's end are not looked at
 *
 * Source: Luong et al. 2015, "Addressing the rare word problem in neural machine translation",
 * https://arxiv.org/abs/1410.8206; by attention: Luong et al. 2015, https://arxiv.org/abs/1508.04025
 *
 * @throws ArgumentError if there is not a row of attention for every token
 *
 * @example
 * const attention = [[0.9, 0.1], [0.2, 0.8]];
 * replaceUnknown(["hello", "<unk>"], ["bonjour", "Zoë"], attention); // ["hello", "Zoë"]
 */
export function replaceUnknown(
  tokens: readonly string[],
  source: readonly string[],
  attention: readonly ArrayLike<number>[],
  { unkToken = "<unk>", dictionary }: ReplaceUnknownOptions = {},
): string[] {
  if (attention.length !== tokens.length || source.length === 0) {
    throw new ArgumentError(
      `replaceUnknown: expected a row of attention for each of ${tokens.length} tokens over a source of at least one word, got ${attention.length} rows and ${source.length} words.`,
    );
  }
  return tokens.map((token, i) => {
    if (token !== unkToken) return token;
    const word = source[largest(attention[i], source.length)];
    return dictionary?.get(word) ?? word;
  });
}

/** The position of the largest of the first `length` weights. */
function largest(weights: ArrayLike<number>, length: number): number {
  let best = 0;
  for (let i = 1; i < Math.min(length, weights.length); i++)
    if (weights[i] > weights[best]) best = i;
  return best;
}
