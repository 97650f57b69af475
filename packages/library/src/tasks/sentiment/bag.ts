/**
 * @file Logistic regression on the n-grams of a text: what is said, hardly in which order. Hard to
 * beat on little data.
 *
 *   logit_c = b_c + Σ w_fc / √n        over the n different n-grams f of the text
 *
 * Trained to the minimum of the mean of −log p, plus λ/2 · Σ (w_fc / s_fc)². With s = 1 that is ridge
 * logistic regression. With s_fc = |log-count ratio of f for class c|, n-grams that tell the classes
 * apart are cheaper to use: the NB-SVM of Wang and Manning 2012, "Baselines and bigrams: simple, good
 * sentiment and topic classification", here with a logistic loss.
 */

import { nn, tensor, zeros, type Tensor } from "unrolled";
import type { SentimentTokens } from "./tokens.ts";
import { minimize_, norm } from "./lbfgs.ts";

/** n-grams of 1 to so many tokens: words and pairs of words, or up to four letters. */
export const BAG_ORDERS: Record<SentimentTokens, number> = { word: 2, char: 4 };

export interface BagPenalty {
  /** Let n-grams cost by their log-count ratio. */
  naiveBayes: boolean;
  /** λ. */
  ridge: number;
}

/** Between the tokens of an n-gram: no token has it. */
const BETWEEN = "\u0001";
/** Before the first token and behind the last. */
const EDGE = "\u0002";
/** The most frequent are kept: bounds time and memory on large data. */
const MAX_NGRAMS = 200_000;
/** A map holds 16.7 million entries at most, and these take half a gigabyte. */
const MAX_COUNTED = 4_000_000;

/** The different n-grams of a text, of 1 to `order` tokens; its start and end count as tokens. */
export function ngramsOf(tokens: readonly string[], order: number): Set<string> {
  const all = [EDGE, ...tokens, EDGE];
  const found = new Set<string>();
  for (let start = 0; start < all.length; start++) {
    let ngram = all[start];
    if (ngram !== EDGE) found.add(ngram);
    for (let end = start + 1; end < Math.min(all.length, start + order); end++) {
      ngram += BETWEEN + all[end];
      found.add(ngram);
    }
  }
  return found;
}

/** As people read it: `not good`, `^ the` at a text's start, `film $` at its end. */
export function showNgram(ngram: string): string {
  const parts = ngram.split(BETWEEN);
  return parts.map((part, i) => (part === EDGE ? (i === 0 ? "^" : "$") : part)).join(" ");
}

/** Texts as the n-grams that count: those of text t are `ids[starts[t]] … ids[starts[t + 1] − 1]`. */
export interface NgramRows {
  starts: Int32Array;
  ids: Int32Array;
}

/** The scores of n-grams, as a module, so that they are stored with the network. */
export class BagOfNgrams extends nn.Module {
  readonly order: number;
  readonly ngrams: readonly string[];
  readonly weight: Tensor; // [numNgrams, numClasses]
  readonly bias: Tensor; //   [numClasses]
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(
    ngrams: readonly string[],
    order: number,
    numClasses: number,
    numbers: ReadonlyMap<string, number> = new Map(ngrams.map((ngram, i) => [ngram, i])),
  ) {
    super();
    this.order = order;
    this.ngrams = ngrams;
    this.#numbers = numbers;
    this.weight = this.registerBuffer("weight", zeros([ngrams.length, numClasses]));
    this.bias = this.registerBuffer("bias", zeros([numClasses]));
  }

  /** A bag of the same n-grams with weights of 0. */
  emptied(): BagOfNgrams {
    return new BagOfNgrams(this.ngrams, this.order, this.bias.size, this.#numbers);
  }

  /** Logits of the classes. */
  scores(tokens: readonly string[]): Float64Array {
    return this.scoresOf(this.rows([tokens]))[0];
  }

  /** Logits of the classes for texts that {@link rows} was given. */
  scoresOf({ starts, ids }: NgramRows): Float64Array[] {
    const weight = this.weight.storage.array;
    return Array.from({ length: starts.length - 1 }, (_, t) => {
      const logits = Float64Array.from(this.bias.data);
      const found = ids.subarray(starts[t], starts[t + 1]);
      for (const id of found) {
        for (let c = 0; c < logits.length; c++) {
          logits[c] += weight[id * logits.length + c] / Math.sqrt(found.length);
        }
      }
      return logits;
    });
  }

  rows(texts: Iterable<readonly string[]>): NgramRows {
    const starts = [0];
    const ids: number[] = [];
    for (const tokens of texts) {
      for (const ngram of ngramsOf(tokens, this.order)) {
        const id = this.#numbers.get(ngram);
        if (id !== undefined) ids.push(id);
      }
      starts.push(ids.length);
    }
    return { starts: Int32Array.from(starts), ids: Int32Array.from(ids) };
  }
}

/**
 * The n-grams of at least two texts, the frequent ones first. Of more different ones than `mostCounted`
 * those that were rare so far are forgotten on the way, which bounds memory on very large data.
 */
export function frequentNgrams(
  texts: Iterable<readonly string[]>,
  order: number,
  mostCounted = MAX_COUNTED,
): string[] {
  const counts = new Map<string, number>();
  for (const tokens of texts) {
    for (const ngram of ngramsOf(tokens, order)) counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    if (counts.size > mostCounted) forgetRare(counts, mostCounted / 2);
  }
  const kept = [...counts].filter(([, count]) => count > 1);
  kept.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return kept.slice(0, MAX_NGRAMS).map(([ngram]) => ngram);
}

/** Deletes the rarest, all of one count together, until at most `most` are left. */
function forgetRare(counts: Map<string, number>, most: number): void {
  for (let rare = 1; counts.size > most; rare++) {
    for (const [ngram, count] of counts) if (count === rare) counts.delete(ngram);
  }
}

/**
 * A bag with the same n-grams as `start`, trained on `rows`, which `start.rows` gave. Where it starts
 * from, such as one of a stronger penalty, only changes how long that takes.
 */
export function trainBag(
  start: BagOfNgrams,
  rows: NgramRows,
  targets: ArrayLike<number>,
  { naiveBayes, ridge }: BagPenalty,
): BagOfNgrams {
  const numClasses = start.bias.size;
  const size = start.weight.size;
  const scale = naiveBayes
    ? logCountRatios(rows, targets, size, numClasses)
    : new Float64Array(size).fill(1);
  const unit = unitsOf(rows, targets, scale, { ridge, numClasses });
  // First the weights divided by s and by their unit, then the offsets.
  const x = new Float64Array(size + numClasses);
  const weight = new Float64Array(size);
  const unscale = (from: Float64Array) => {
    for (let i = 0; i < size; i++) weight[i] = from[i] * unit[i] * scale[i];
  };
  const evaluate = (at: Float64Array, gradient: Float64Array) => {
    unscale(at);
    let loss = lossAndGradient(rows, targets, weight, at.subarray(size), gradient);
    for (let i = 0; i < size; i++) {
      const penalized = at[i] * unit[i];
      loss += 0.5 * ridge * penalized * penalized;
      gradient[i] = (gradient[i] * scale[i] + ridge * penalized) * unit[i];
    }
    return loss;
  };
  const atZero = new Float64Array(x.length);
  evaluate(x, atZero);
  const known = start.weight.storage.array;
  // An n-gram that does not tell the classes apart, s = 0, has a weight of 0 whatever x is.
  for (let i = 0; i < size; i++) x[i] = scale[i] > 0 ? known[i] / (scale[i] * unit[i]) : 0;
  x.set(start.bias.data, size);
  minimize_(x, evaluate, { steep: norm(atZero) });
  unscale(x);
  const bag = start.emptied();
  bag.weight.copy_(tensor(Float32Array.from(weight), { shape: bag.weight.shape }));
  bag.bias.copy_(tensor(Float32Array.from(x.subarray(size))));
  return bag;
}

/** The mean of −log p; its gradient goes into `gradient`, weights first, then offsets. */
function lossAndGradient(
  { starts, ids }: NgramRows,
  targets: ArrayLike<number>,
  weight: Float64Array,
  bias: Float64Array,
  gradient: Float64Array,
): number {
  const numClasses = bias.length;
  const n = targets.length;
  const logits = new Float64Array(numClasses);
  gradient.fill(0);
  let loss = 0;
  for (let t = 0; t < n; t++) {
    const [from, to] = [starts[t], starts[t + 1]];
    const scale = to > from ? 1 / Math.sqrt(to - from) : 0;
    for (let c = 0; c < numClasses; c++) {
      let sum = 0;
      for (let j = from; j < to; j++) sum += weight[ids[j] * numClasses + c];
      logits[c] = sum * scale + bias[c];
    }
    loss += toError_(logits, targets[t]);
    for (let c = 0; c < numClasses; c++) {
      const error = logits[c] / n;
      gradient[weight.length + c] += error;
      for (let j = from; j < to; j++) gradient[ids[j] * numClasses + c] += error * scale;
    }
  }
  return loss / n;
}

/** Turns logits into softmax − one-hot, and gives −log p of the target. */
function toError_(logits: Float64Array, target: number): number {
  let largest = -Infinity;
  for (const z of logits) largest = Math.max(largest, z);
  let sum = 0;
  for (const z of logits) sum += Math.exp(z - largest);
  const logSum = largest + Math.log(sum);
  const loss = logSum - logits[target];
  for (let c = 0; c < logits.length; c++) logits[c] = Math.exp(logits[c] - logSum);
  logits[target] -= 1;
  return loss;
}

/**
 * For each weight 1 / √(about the second derivative of loss and penalty by it). In these units all are
 * about as curved, which L-BFGS takes for granted: the six settings of SST-5 take 84 evaluations
 * in place of 315, and end lower.
 */
function unitsOf(
  { starts, ids }: NgramRows,
  targets: ArrayLike<number>,
  scale: Float64Array,
  { ridge, numClasses }: { ridge: number; numClasses: number },
): Float64Array {
  const n = targets.length;
  const share = new Float64Array(numClasses);
  const reach = new Float64Array(scale.length / numClasses); // the mean over texts of 1 / n, by n-gram
  for (let t = 0; t < n; t++) {
    share[targets[t]] += 1 / n;
    const [from, to] = [starts[t], starts[t + 1]];
    for (let j = from; j < to; j++) reach[ids[j]] += 1 / (to - from) / n;
  }
  return scale.map((s, i) => {
    const p = share[i % numClasses];
    return 1 / Math.sqrt(reach[Math.floor(i / numClasses)] * p * (1 - p) * s * s + ridge);
  });
}

/**
 * |log (p(f | c) / p(f | not c))| for n-gram f and class c, in the order of the weights; each n-gram
 * is counted once more than it was seen.
 */
function logCountRatios(
  { starts, ids }: NgramRows,
  targets: ArrayLike<number>,
  size: number,
  numClasses: number,
): Float64Array {
  const counts = new Float64Array(size);
  const perClass = new Float64Array(numClasses);
  for (let t = 0; t < targets.length; t++) {
    for (let j = starts[t]; j < starts[t + 1]; j++) counts[ids[j] * numClasses + targets[t]]++;
    perClass[targets[t]] += starts[t + 1] - starts[t];
  }
  const numNgrams = size / numClasses;
  return counts.map((own, i) => {
    const c = i % numClasses;
    let all = 0;
    for (let k = i - c; k < i - c + numClasses; k++) all += counts[k];
    const inside = (own + 1) / (perClass[c] + numNgrams);
    const outside = (all - own + 1) / (ids.length - perClass[c] + numNgrams);
    return Math.abs(Math.log(inside / outside));
  });
}
