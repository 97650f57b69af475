/**
 * @file chrF: an F-score of character n-grams, kinder than BLEU to inflected words.
 *
 *   chrF = 100 · (1 + β²) · P · R / (β² · P + R)                 β = 2: recall counts twice
 *
 * P and R are the means, over n = 1 … 6, of the shares of the hypotheses' n-grams that the reference
 * has, and of the reference's that the hypotheses have. White space is left out first. chrF++ also
 * counts words and pairs of words.
 *
 * Sources: Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation", and 2017,
 * "chrF++: words helping character n-grams". The same numbers as sacreBLEU 2.6.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import {
  countNgrams,
  numReferences,
  readSegments,
  splitOnSpace,
  type References,
} from "./segments.ts";

export interface ChrfOptions {
  /** The longest n-grams of characters. Default: 6. */
  charOrder?: number;
  /** The longest n-grams of words: 2 for chrF++. Default: 0. */
  wordOrder?: number;
  /** How much more recall counts than precision. Default: 2. */
  beta?: number;
  /** Compare in lower case. Default: `false`. */
  lowercase?: boolean;
}

export interface ChrfScore {
  /** From 0 to 100. */
  score: number;
  /** sacreBLEU's, to be given with the score. */
  signature: string;
}

/** Per order: n-grams of the hypothesis, of the reference, of both. */
type Statistics = [hypothesis: number, reference: number, both: number][];

/**
 * Corpus chrF of translations, equal to sacreBLEU's: n-grams are summed over all segments first. Of
 * several references the one counts under which the segment scores best.
 *
 * - `hypotheses`  [n], detokenized
 * - `references`  [n]: of each hypothesis its reference, or several of them
 *
 * @example
 * chrf(["The cat sat on the mat."], ["The cats sat on a mat."]).score.toFixed(2); // "54.87"
 * chrf(["The cat sat."], ["The cat sits."], { wordOrder: 2 }).signature; // "nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:unrolled"
 */
export function chrf(
  hypotheses: readonly string[],
  references: References,
  options: ChrfOptions = {},
): ChrfScore {
  const { charOrder = 6, wordOrder = 0, beta = 2, lowercase = false } = options;
  checkSize("chrf", "charOrder", charOrder);
  checkSize("chrf", "wordOrder", wordOrder, 0);
  if (!(beta > 0)) throw new ArgumentError(`chrf: expected beta above 0, got ${beta}.`);
  const segments = readSegments("chrf", hypotheses, references);
  const read = (text: string) =>
    ngramsOf(lowercase ? text.toLowerCase() : text, charOrder, wordOrder);

  const total: Statistics = Array.from({ length: charOrder + wordOrder }, () => [0, 0, 0]);
  for (const segment of segments) {
    const own = read(segment.hypothesis);
    let best: Statistics = [];
    let bestScore = -1;
    for (const reference of segment.references) {
      const statistics = compare(own, read(reference));
      const score = fScore(statistics, beta);
      if (score > bestScore) [best, bestScore] = [statistics, score];
    }
    best.forEach((counts, n) => counts.forEach((count, i) => (total[n][i] += count)));
  }
  const signature = [
    `nrefs:${numReferences(segments)}`,
    `case:${lowercase ? "lc" : "mixed"}`,
    `eff:yes|nc:${charOrder}|nw:${wordOrder}|space:no|version:unrolled`,
  ];
  return { score: fScore(total, beta), signature: signature.join("|") };
}

/** Character n-grams of order 1 … charOrder, then word n-grams of order 1 … wordOrder. */
function ngramsOf(text: string, charOrder: number, wordOrder: number): Map<string, number>[] {
  const characters = Array.from(splitOnSpace(text).join(""));
  const words = splitOnSpace(text).flatMap(separatePunctuation);
  const counts = (tokens: string[], order: number, glue: string) =>
    countNgrams(tokens.length, order, (start, end) => tokens.slice(start, end).join(glue));
  return [
    ...Array.from({ length: charOrder }, (_, n) => counts(characters, n + 1, "")),
    ...Array.from({ length: wordOrder }, (_, n) => counts(words, n + 1, " ")),
  ];
}

/** One mark of punctuation, at the end or else at the start, becomes a word: `(hi)` → `(hi`, `)`. */
function separatePunctuation(word: string): string[] {
  const isMark = (character: string) => /[!-/:-@[-`{-~]/.test(character);
  const characters = Array.from(word);
  if (characters.length === 1) return [word];
  if (isMark(characters[characters.length - 1])) return [word.slice(0, -1), word.slice(-1)];
  return isMark(word[0]) ? [word[0], word.slice(1)] : [word];
}

function compare(own: Map<string, number>[], other: Map<string, number>[]): Statistics {
  const sum = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
  return own.map((ngrams, n) => {
    let both = 0;
    for (const [ngram, times] of ngrams) both += Math.min(times, other[n].get(ngram) ?? 0);
    // An order that the reference is too short for does not count.
    return [other[n].size > 0 ? sum(ngrams) : 0, sum(other[n]), both];
  });
}

function fScore(statistics: Statistics, beta: number): number {
  const counted = statistics.filter(([hypothesis, reference]) => hypothesis > 0 && reference > 0);
  if (counted.length === 0) return 0;
  const precision = counted.reduce((sum, [h, , both]) => sum + both / h, 0) / counted.length;
  const recall = counted.reduce((sum, [, r, both]) => sum + both / r, 0) / counted.length;
  if (precision + recall === 0) return 0;
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}
