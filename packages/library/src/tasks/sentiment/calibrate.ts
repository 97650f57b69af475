/**
 * @file Probabilities that mean what they say: factors and offsets on logits, found on held-out texts.
 *
 *   p = softmax(Σ factor_k · logits_k + offset)     one factor for each of the models k,
 *                                                   one offset for each of the classes
 *
 * With one model the factor is temperature scaling, 1 / T: Guo et al. 2017, "On calibration of
 * modern neural networks", https://arxiv.org/abs/1706.04599. With several they also vote. Offsets say
 * that a class is more or less frequent than it was among the texts learned from, as the neutral one
 * is where phrases are learned and sentences are asked.
 */

import { minimize_ } from "./lbfgs.ts";

/** Logits of a model for some texts: [texts][numClasses]. */
export type Logits = readonly ArrayLike<number>[];

export interface Calibration {
  /** One for each model, above 0. */
  factors: number[];
  /** One for each class. */
  offsets: number[];
}

export interface CalibrationOptions {
  /** Without, all offsets are 0. Default: `true`. */
  offsets?: boolean;
}

/**
 * How far from 0 offsets are expected to be: the standard deviation of a normal distribution. They
 * have to be worth more than this to be larger, so that a few texts decide little.
 */
const OFFSET_STD = 0.3;

/**
 * The factors and offsets with which the texts' targets are likeliest. What is far from 1 and 0 has to
 * be worth it: (ln factor)² / 2 and (offset / 0.3)² / 2 are added to the sum of −ln p.
 *
 * @example
 * // Sure of itself, and wrong in one of four: a factor near ln 3 / 4 = 0.275 makes it say 75 %.
 * const logits = Array.from({ length: 1000 }, (_, t) => (t % 2 ? [4, 0] : [0, 4]));
 * const targets = logits.map(([z], t) => Number(z > 0 === t % 8 < 2));
 * fitCalibration([logits], targets).factors[0].toFixed(2); // "0.28"
 */
export function fitCalibration(
  models: readonly Logits[],
  targets: ArrayLike<number>,
  { offsets = true }: CalibrationOptions = {},
): Calibration {
  const numClasses = models[0][0]?.length ?? 0;
  // A factor is the exponential of what is looked for, so that it stays above 0. A model that does
  // no good then has one near 0.
  const x = new Float64Array(models.length + (offsets ? numClasses : 0));
  const read = (at: Float64Array): Calibration => ({
    factors: Array.from(at.subarray(0, models.length), (value) =>
      Math.exp(Math.max(-20, Math.min(20, value))),
    ),
    offsets: Array.from({ length: numClasses }, (_, c) => (offsets ? at[models.length + c] : 0)),
  });
  minimize_(
    x,
    (at, gradient) => {
      const calibration = read(at);
      gradient.fill(0);
      let loss = 0;
      for (let t = 0; t < targets.length; t++) {
        const p = softmaxOf(calibratedRow(models, calibration, t));
        loss -= Math.log(Math.max(p[targets[t]], 1e-300));
        p[targets[t]] -= 1; // now the gradient of the loss by the logits
        for (const [k, logits] of models.entries()) {
          for (let c = 0; c < numClasses; c++) {
            gradient[k] += calibration.factors[k] * p[c] * logits[t][c];
          }
        }
        if (offsets) for (let c = 0; c < numClasses; c++) gradient[models.length + c] += p[c];
      }
      // A few texts that are all answered right would ask for a factor without bounds.
      for (const [i, value] of at.entries()) {
        const std = i < models.length ? 1 : OFFSET_STD;
        loss += 0.5 * (value / std) ** 2;
        gradient[i] += value / std ** 2;
      }
      for (let i = 0; i < gradient.length; i++) gradient[i] /= targets.length;
      return loss / targets.length;
    },
    { tolerance: 1e-4 },
  );
  return read(x);
}

/** Σ factor_k · logits_k + offset, of every text. */
export function calibrated(models: readonly Logits[], calibration: Calibration): Float64Array[] {
  return models[0].map((_, t) => calibratedRow(models, calibration, t));
}

function calibratedRow(
  models: readonly Logits[],
  { factors, offsets }: Calibration,
  t: number,
): Float64Array {
  const sum = Float64Array.from(offsets);
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
export function meanLogLoss(logits: Logits, targets: ArrayLike<number>): number {
  let loss = 0;
  for (const [t, row] of logits.entries()) {
    const p = softmaxOf(Float64Array.from(row));
    loss -= Math.log(Math.max(p[targets[t]], 1e-300));
  }
  return loss / logits.length;
}
