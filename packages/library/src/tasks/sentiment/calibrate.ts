/**
 * @file Probabilities that mean what they say: factors on logits, found on held-out texts.
 *
 *   p = softmax(Σ factor_k · logits_k)          one factor for each of the models k
 *
 * With one model that is temperature scaling, factor = 1 / T: Guo et al. 2017, "On calibration of
 * modern neural networks", https://arxiv.org/abs/1706.04599. With several they also vote.
 */

import { minimize_ } from "./lbfgs.ts";

/** Logits of a model for some texts: [texts][numClasses]. */
export type Logits = readonly ArrayLike<number>[];

/**
 * The factors, none below 0, with which the texts' targets are likeliest. Factors far from 1 have to
 * be worth it: (ln factor)² / 2 is added to the sum of −ln p, so that a few texts decide little.
 *
 * @example
 * // Sure of itself, and wrong in one of four: a factor near ln 3 / 4 = 0.275 makes it say 75 %.
 * const logits = Array.from({ length: 1000 }, () => [4, 0]);
 * fitFactors([logits], logits.map((_, t) => Number(t % 4 === 0)))[0].toFixed(2); // "0.28"
 */
export function fitFactors(models: readonly Logits[], targets: ArrayLike<number>): number[] {
  // A factor is the exponential of what is looked for, so that it stays above 0. A model that does
  // no good then has one near 0.
  const x = new Float64Array(models.length);
  minimize_(
    x,
    (at, gradient) => {
      const factors = Array.from(at, (value) => Math.exp(Math.max(-20, Math.min(20, value))));
      gradient.fill(0);
      let loss = 0;
      for (let t = 0; t < targets.length; t++) {
        const p = softmaxOf(mixed(models, factors, t));
        loss -= Math.log(Math.max(p[targets[t]], 1e-300));
        for (const [k, logits] of models.entries()) {
          let expected = 0;
          for (let c = 0; c < p.length; c++) expected += p[c] * logits[t][c];
          gradient[k] += (factors[k] * (expected - logits[t][targets[t]])) / targets.length;
        }
      }
      // A few texts that are all answered right would ask for a factor without bounds.
      for (const [k, value] of at.entries()) {
        loss += 0.5 * value * value;
        gradient[k] += value / targets.length;
      }
      return loss / targets.length;
    },
    { tolerance: 1e-4 },
  );
  return Array.from(x, Math.exp);
}

/** Σ factor_k · logits_k of text t. */
export function mixed(
  models: readonly Logits[],
  factors: readonly number[],
  t: number,
): Float64Array {
  const sum = new Float64Array(models[0][t].length);
  for (const [k, logits] of models.entries()) {
    for (let c = 0; c < sum.length; c++) sum[c] += factors[k] * logits[t][c];
  }
  return sum;
}

export function softmaxOf(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const p = logits.map((z) => Math.exp(z - largest));
  const sum = p.reduce((a, b) => a + b, 0);
  return p.map((value) => value / sum);
}

/** The mean of −log p of the targets, in nats. */
export function meanLogLoss(logits: Logits, targets: ArrayLike<number>, factor = 1): number {
  let loss = 0;
  for (const [t, row] of logits.entries()) {
    const p = softmaxOf(Float64Array.from(row, (z) => factor * z));
    loss -= Math.log(Math.max(p[targets[t]], 1e-300));
  }
  return loss / logits.length;
}
