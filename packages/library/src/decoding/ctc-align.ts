/**
 * @file Forced alignment: when was each label of a known target said?
 */

import type { SequenceLengths } from "../data/lengths.ts";
import { ArgumentError } from "../core/errors.ts";
import { canSkipTo, checkNumbers, readBatch, type CTCBatch } from "../losses/ctc-batch.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface CTCAlignOptions {
  /** The class that means nothing was said. Default: 0. */
  blank?: number;
}

/** A label and the steps at which the path says it: start ≤ t < end. */
export interface CTCSpan {
  label: number;
  start: number;
  end: number;
  /** Σ of its log-probabilities over these steps; divided by `end − start`, how sure the network is. */
  logProb: number;
}

export interface CTCAlignment {
  /** What the best path says at each step, blanks included: [steps]. */
  path: Int32Array;
  /** One for each label of the target, in order. What no span covers is blank. */
  spans: CTCSpan[];
  /** ln of the path's probability: the greatest term of the sum whose −ln is the CTC loss. */
  logProb: number;
}

/**
 * The most likely of all paths that spell the target (Viterbi's algorithm). Takes what `ctcLoss`
 * takes, and gives one alignment for each sequence.
 *
 * - `logProbs` [seq, batch, numClasses], what `logSoftmax(-1)` gives; or [seq, numClasses]
 * - `targets` [batch, maxTarget], padded with anything; or all of them one after another
 * - `inputLengths`, `targetLengths` [batch]
 *
 * @throws ArgumentError if no path spells the target: it is too long, or a probability is 0
 *
 * @example
 * const p = tensor([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.1, 0.7, 0.2], [0.3, 0.1, 0.6]]);
 * const [{ path, spans }] = ctcAlign(p.log(), tensor([1, 2]), [4], [2]);
 * path; // [0, 1, 1, 2]
 * spans.map(({ label, start, end }) => [label, start, end]); // [[1, 1, 3], [2, 3, 4]]
 * Math.exp(spans[0].logProb); // 0.56
 */
export function ctcAlign(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: SequenceLengths,
  targetLengths: SequenceLengths,
  { blank = 0 }: CTCAlignOptions = {},
): CTCAlignment[] {
  const batch = readBatch("ctcAlign", logProbs, targets, inputLengths, targetLengths, blank);
  checkNumbers("ctcAlign", batch);
  return batch.labels.map((_, n) => align(batch, n));
}

function align(batch: CTCBatch, n: number): CTCAlignment {
  const { x, size, numClasses, blank } = batch;
  const label = batch.labels[n];
  const steps = batch.steps[n];
  const S = label.length;
  const log = (t: number, s: number) => x[(t * size + n) * numClasses + label[s]];

  // best[s]: the most likely path so far that ends in place s; moves[t, s]: how many places its
  // last move went forward, 0, 1 or 2.
  let best = new Float64Array(S).fill(-Infinity);
  let before = new Float64Array(S);
  const moves = new Uint8Array(steps * S);
  best[0] = 0; // before the first step: as if in the first blank, from where a move of 1 is free
  for (let t = 0; t < steps; t++) {
    [before, best] = [best, before];
    for (let s = 0; s < S; s++) {
      let from = before[s];
      let move = 0;
      // > and not ≥: of equally likely paths, the one that moved on earlier.
      if (s > 0 && before[s - 1] > from) [from, move] = [before[s - 1], 1];
      if (canSkipTo(label, s, blank) && before[s - 2] > from) {
        [from, move] = [before[s - 2], 2];
      }
      best[s] = from + log(t, s);
      moves[t * S + s] = move;
    }
  }

  let s = S > 1 && best[S - 2] > best[S - 1] ? S - 2 : S - 1;
  const logProb = best[s];
  if (logProb === -Infinity) {
    throw new ArgumentError(
      `ctcAlign: no path of ${steps} steps spells the ${(S - 1) / 2} labels of sequence ${n}. ` +
        "A target needs a step for each label, and one more between two equal labels.",
    );
  }
  const path = new Int32Array(steps);
  const places = new Int32Array(steps);
  for (let t = steps - 1; t >= 0; t--) {
    places[t] = s;
    path[t] = label[s];
    s -= moves[t * S + s];
  }
  return { path, spans: spansOf(places, (t) => log(t, places[t]), label), logProb };
}

/** Odd places are labels: each makes one span of the steps that stay in it. */
function spansOf(places: Int32Array, log: (t: number) => number, label: Int32Array): CTCSpan[] {
  const spans: CTCSpan[] = [];
  places.forEach((place, t) => {
    if (place % 2 === 0) return;
    if (t === 0 || places[t - 1] !== place) {
      spans.push({ label: label[place], start: t, end: t, logProb: 0 });
    }
    const span = spans[spans.length - 1];
    span.end = t + 1;
    span.logProb += log(t);
  });
  return spans;
}
