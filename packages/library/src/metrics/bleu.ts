/**
 * @file BLEU: the n-grams that a translation shares with its references.
 *
 *   BLEU = 100 · BP · exp( 1/N · Σ ln pₙ )                      n = 1 … N, N = 4
 *   pₙ   = n-grams of the hypotheses that a reference has too / n-grams of the hypotheses
 *   BP   = 1 if the hypotheses are longer than the references, else exp(1 − r/h)
 *
 * An n-gram counts at most as often as in the one reference that has it most. r sums, over the
 * segments, the length of the reference nearest in length.
 *
 * Sources: Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation";
 * Post 2018, "A call for clarity in reporting BLEU scores", https://arxiv.org/abs/1804.08771; Chen and
 * Cherry 2014 (smoothing). The same numbers as sacreBLEU 2.6.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import {
  countNgrams,
  numReferences,
  readSegments,
  splitOnSpace,
  trimEnd,
  type References,
  type Segment,
} from "./segments.ts";
import { tokenize13a } from "./tokenize-13a.ts";

export interface BleuOptions {
  /** Compare in lower case. Default: `false`. */
  lowercase?: boolean;
  /** `"13a"`, `"char"`, or `"none"` for text whose tokens stand between spaces. Default: `"13a"`. */
  tokenize?: "13a" | "char" | "none";
  /**
   * What an order without a match gets instead of 0, which would make the score 0: `"exp"` 1/2, 1/4,
   * 1/8 … of a match; `"floor"` `smoothValue` matches; `"add-k"` adds `smoothValue` to matches and
   * totals of all orders above 1; `"none"` nothing. Default: `"exp"`.
   */
  smoothMethod?: "exp" | "floor" | "add-k" | "none";
  /** Default: 0.1 for `"floor"`, 1 for `"add-k"`. */
  smoothValue?: number;
  /** N. Default: 4. */
  maxNgramOrder?: number;
  /** Leave out orders for which the hypotheses are too short: for single sentences. Default: `false`. */
  effectiveOrder?: boolean;
}

export interface BleuScore {
  /** From 0 to 100. */
  score: number;
  /** 100·pₙ for n = 1 … N, after smoothing. */
  precisions: number[];
  brevityPenalty: number;
  /** Tokens in all hypotheses: h. */
  hypothesisLength: number;
  /** r. */
  referenceLength: number;
  /** sacreBLEU's, to be given with the score: what it was computed with. */
  signature: string;
}

/**
 * Corpus BLEU of translations, equal to sacreBLEU's. It is no mean of sentence scores: matches are
 * summed over all segments first.
 *
 * - `hypotheses`  [n], detokenized
 * - `references`  [n]: of each hypothesis its reference, or several of them
 *
 * @example
 * const { score, signature } = bleu(
 *   ["The cat sat on the mat.", "It is a guide."],
 *   ["The cat sat on a mat.", ["It's a guide.", "It is a guidebook."]],
 * );
 * score.toFixed(1); // "49.7"
 * signature; // "nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:unrolled"
 */
export function bleu(
  hypotheses: readonly string[],
  references: References,
  options: BleuOptions = {},
): BleuScore {
  const { maxNgramOrder = 4, smoothMethod = "exp" } = options;
  if (!Object.hasOwn(SMOOTH_VALUES, smoothMethod)) {
    throw new ArgumentError(
      `bleu: expected smoothMethod to be "exp", "floor", "add-k" or "none", got ${smoothMethod}.`,
    );
  }
  checkSize("bleu", "maxNgramOrder", maxNgramOrder);
  const segments = readSegments("bleu", hypotheses, references);
  const tokens = tokenizerOf(options);
  const counts = newCounts(maxNgramOrder);
  for (const segment of segments) addSegment(counts, segment, tokens);
  return { ...scoreOf(counts, options), signature: signatureOf(segments, options) };
}

const SMOOTH_VALUES = { exp: null, floor: 0.1, "add-k": 1, none: null };

/** Per order: n-grams of the hypotheses, and those of them that a reference has. */
interface Counts {
  correct: number[];
  total: number[];
  hypothesisLength: number;
  referenceLength: number;
}

function newCounts(maxNgramOrder: number): Counts {
  const zeros = () => new Array<number>(maxNgramOrder).fill(0);
  return { correct: zeros(), total: zeros(), hypothesisLength: 0, referenceLength: 0 };
}

function addSegment(
  counts: Counts,
  { hypothesis, references }: Segment,
  tokens: (text: string) => string[],
): void {
  const own = tokens(hypothesis);
  const others = references.map(tokens);
  const distance = (length: number) => Math.abs(length - own.length);
  const [nearest] = others
    .map((reference) => reference.length)
    .sort((a, b) => distance(a) - distance(b) || a - b); // of equally near ones the shorter
  counts.hypothesisLength += own.length;
  counts.referenceLength += nearest;

  for (let n = 0; n < counts.total.length; n++) {
    const ngrams = (list: string[]) =>
      countNgrams(list.length, n + 1, (start, end) => list.slice(start, end).join(" "));
    const allowed = others.map(ngrams);
    for (const [ngram, times] of ngrams(own)) {
      counts.total[n] += times;
      const most = Math.max(...allowed.map((reference) => reference.get(ngram) ?? 0));
      counts.correct[n] += Math.min(times, most);
    }
  }
}

function scoreOf(
  { correct, total, hypothesisLength, referenceLength }: Counts,
  options: BleuOptions,
): Omit<BleuScore, "signature"> {
  const { smoothMethod = "exp", effectiveOrder = false } = options;
  const smoothValue = options.smoothValue ?? SMOOTH_VALUES[smoothMethod] ?? 0;
  const isShort = hypothesisLength < referenceLength;
  const brevityPenalty = isShort ? Math.exp(1 - referenceLength / hypothesisLength) : 1;
  const precisions = correct.map(() => 0);
  const result = { precisions, brevityPenalty, hypothesisLength, referenceLength };
  if (correct.every((it) => it === 0)) return { score: 0, ...result };

  let numOrders = correct.length;
  let share = 1;
  for (let n = 0; n < correct.length; n++) {
    const added = smoothMethod === "add-k" && n > 0 ? smoothValue : 0;
    const matches = correct[n] + added;
    const all = total[n] + added;
    if (all === 0) break;
    if (effectiveOrder) numOrders = n + 1;
    if (matches > 0) precisions[n] = (100 * matches) / all;
    else if (smoothMethod === "exp") precisions[n] = 100 / ((share *= 2) * all);
    else if (smoothMethod === "floor") precisions[n] = (100 * smoothValue) / all;
  }
  const logs = precisions.slice(0, numOrders).map(Math.log); // of 0: −Infinity, and the score is 0
  const mean = logs.reduce((sum, it) => sum + it, 0) / numOrders;
  return { score: brevityPenalty * Math.exp(mean), ...result };
}

function tokenizerOf({ tokenize = "13a", lowercase = false }: BleuOptions) {
  const split = TOKENIZERS[tokenize];
  if (!split) {
    throw new ArgumentError(
      `bleu: expected tokenize to be "13a", "char" or "none", got ${tokenize}.`,
    );
  }
  return (text: string) => split(trimEnd(lowercase ? text.toLowerCase() : text));
}

const TOKENIZERS = {
  "13a": tokenize13a,
  char: (text: string) => splitOnSpace(Array.from(text).join(" ")),
  none: splitOnSpace,
};

function signatureOf(segments: readonly Segment[], options: BleuOptions): string {
  const { lowercase, effectiveOrder, tokenize = "13a", smoothMethod = "exp" } = options;
  const value = options.smoothValue ?? SMOOTH_VALUES[smoothMethod];
  const hasValue = SMOOTH_VALUES[smoothMethod] !== null;
  return [
    `nrefs:${numReferences(segments)}`,
    `case:${lowercase ? "lc" : "mixed"}`,
    `eff:${effectiveOrder ? "yes" : "no"}`,
    `tok:${tokenize}`,
    `smooth:${smoothMethod}${hasValue ? `[${value!.toFixed(2)}]` : ""}`,
    "version:unrolled",
  ].join("|");
}
