/**
 * @file Error rates of transcripts: of words, of characters, of tokens of any kind.
 */

import { ArgumentError, ShapeError } from "../core/errors.ts";
import { editCounts, type EditCounts, type TokenSequence } from "./edit-distance.ts";
import { splitOnSpace } from "./segments.ts";

export interface TranscriptOptions {
  /** Upper and lower case are the same. Default: `false`. */
  lowercase?: boolean;
  /** Punctuation of any script (Unicode's category P) does not count. Default: `false`. */
  removePunctuation?: boolean;
  /** Done to every text before anything else, such as `(text) => text.normalize("NFC")`. */
  normalize?: (text: string) => string;
}

export interface ErrorRate extends EditCounts {
  /** (substitutions + deletions + insertions) / referenceLength; above 1 if too much was inserted. */
  rate: number;
  /** Tokens of the references that were found. */
  hits: number;
  /** Tokens in all references. */
  referenceLength: number;
}

/**
 * Word error rate (WER): the edits between the words of hypotheses and references, summed over all
 * of them and divided by the number of words in the references. 0 is perfect.
 *
 * Words are what stands between white space. Case and punctuation count unless an option says
 * otherwise: say which, beside the number.
 *
 * @throws ArgumentError if the references hold no word
 *
 * @example
 * const heard = wordErrorRate("the cat sat on mat", "the cat sat on the mat");
 * heard.rate.toFixed(3); // "0.167"
 * heard.deletions; // 1
 * wordErrorRate(["Yes.", "no"], ["yes", "no"]).rate; // 0.5
 * wordErrorRate("Yes.", "yes", { lowercase: true, removePunctuation: true }).rate; // 0
 */
export function wordErrorRate(
  hypotheses: string | readonly string[],
  references: string | readonly string[],
  options: TranscriptOptions = {},
): ErrorRate {
  const read = (text: string) => splitOnSpace(normalized(text, options));
  return rateOf("wordErrorRate", listOf(hypotheses).map(read), listOf(references).map(read));
}

/**
 * Character error rate (CER): {@link wordErrorRate} of characters (code points). White space within
 * a text counts like any character, that around it does not.
 *
 * @throws ArgumentError if the references hold no character
 *
 * @example
 * characterErrorRate("recogniton", "recognition").rate.toFixed(3); // "0.091"
 */
export function characterErrorRate(
  hypotheses: string | readonly string[],
  references: string | readonly string[],
  options: TranscriptOptions = {},
): ErrorRate {
  const read = (text: string) => normalized(text, options).trim();
  return rateOf("characterErrorRate", listOf(hypotheses).map(read), listOf(references).map(read));
}

/**
 * The same for sequences of tokens, compared by `===`: phonemes, notes, the labels of a CTC network.
 *
 * @throws ArgumentError if the references hold no token
 *
 * @example
 * tokenErrorRate([[1, 2, 3], [5]], [[1, 3], [4]]).rate; // 0.667
 */
export function tokenErrorRate(
  hypotheses: readonly ArrayLike<unknown>[],
  references: readonly ArrayLike<unknown>[],
): ErrorRate {
  return rateOf("tokenErrorRate", hypotheses, references);
}

function rateOf(
  where: string,
  hypotheses: readonly TokenSequence[],
  references: readonly TokenSequence[],
): ErrorRate {
  if (hypotheses.length !== references.length) {
    throw new ShapeError(
      `${where}: expected one hypothesis per reference, got ${hypotheses.length} and ${references.length}.`,
    );
  }
  const total: EditCounts = { substitutions: 0, deletions: 0, insertions: 0 };
  let referenceLength = 0;
  references.forEach((reference, i) => {
    const counts = editCounts(hypotheses[i], reference);
    total.substitutions += counts.substitutions;
    total.deletions += counts.deletions;
    total.insertions += counts.insertions;
    referenceLength +=
      typeof reference === "string" ? Array.from(reference).length : reference.length;
  });
  if (referenceLength === 0) {
    throw new ArgumentError(`${where}: expected references that hold something, got none.`);
  }
  const { substitutions, deletions, insertions } = total;
  return {
    rate: (substitutions + deletions + insertions) / referenceLength,
    ...total,
    hits: referenceLength - substitutions - deletions,
    referenceLength,
  };
}

function listOf(texts: string | readonly string[]): readonly string[] {
  return typeof texts === "string" ? [texts] : texts;
}

function normalized(text: string, options: TranscriptOptions): string {
  const { lowercase = false, removePunctuation = false, normalize } = options;
  let result = normalize ? normalize(text) : text;
  if (lowercase) result = result.toLowerCase();
  if (removePunctuation) result = result.replaceAll(/\p{P}/gu, "");
  return result;
}
