/**
 * @file Whether a classifier that says 80 % is right in 80 % of the cases.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import {
  checkScores,
  dataOf,
  notANumber,
  nothingCounts,
  type ClassIds,
  type IgnoreOptions,
  type Scores,
} from "./inputs.ts";

export interface CalibrationOptions extends IgnoreOptions {
  /** How many bins of equal width the confidences are sorted into. Default: 15. */
  numBins?: number;
}

/**
 * Expected calibration error: how far confidence and accuracy are apart, from 0 to 1.
 *
 *   Σ over bins (nᵦ / n) · | accuracy of bin − mean confidence of bin |
 *
 * The confidence is the highest probability of a row. Bin b holds those with
 * b / numBins < confidence ≤ (b + 1) / numBins.
 *
 * - `probabilities`  [..., numClasses], each row summing to 1: what `softmax(-1)` gives
 * - `targets`        class ids [...]
 *
 * Source: Guo et al. 2017, "On calibration of modern neural networks",
 * https://arxiv.org/abs/1706.04599
 *
 * @example
 * const p = tensor([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]]);
 * expectedCalibrationError(p, [0, 1, 1]); // 0.4, as 2/3 · |0.5 − 0.9| + 1/3 · |1 − 0.6|
 */
export function expectedCalibrationError(
  probabilities: Scores,
  targets: ClassIds,
  { numBins = 15, ignoreIndex }: CalibrationOptions = {},
): number {
  const where = "expectedCalibrationError";
  checkSize(where, "numBins", numBins);
  const expected = dataOf(targets);
  const { data } = probabilities;
  const numClasses = checkScores(where, probabilities, expected.length);
  /** Per bin: Σ right − Σ confidence. */
  const gaps = new Float64Array(numBins);
  let counted = 0;
  for (let row = 0; row < expected.length; row++) {
    if (expected[row] === ignoreIndex) continue;
    counted++;
    let best = 0;
    let sum = 0;
    for (let k = 0; k < numClasses; k++) {
      const p = data[row * numClasses + k];
      if (Number.isNaN(p)) throw notANumber(where, "probabilities", row * numClasses + k);
      if (p > data[row * numClasses + best]) best = k;
      sum += p;
    }
    const confidence = data[row * numClasses + best];
    if (!(Math.abs(sum - 1) < 1e-3 && confidence <= 1 + 1e-6)) {
      throw new ArgumentError(
        `${where}: expected rows of probabilities that sum to 1, got a sum of ${sum} in row ${row}. Are these logits? Take their softmax(-1).`,
      );
    }
    const bin = Math.min(numBins, Math.ceil(confidence * numBins)) - 1;
    gaps[bin] += (best === expected[row] ? 1 : 0) - confidence;
  }
  if (counted === 0) throw nothingCounts(where);
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / counted;
}
