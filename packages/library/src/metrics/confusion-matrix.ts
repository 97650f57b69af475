/**
 * @file Which class was taken for which, and one number for how well they agree.
 */

import { classPairs, tally, type ClassOptions } from "./class-pairs.ts";
import type { ClassIds, Scores } from "./inputs.ts";

/**
 * How often class `i` was meant and class `j` predicted: `matrix[i][j]`, as in scikit-learn.
 *
 * - `predictions`  scores [..., numClasses], of which the highest decides, or class ids [...]
 * - `targets`      class ids [...]
 *
 * @example
 * confusionMatrix([0, 2, 1, 2], [0, 2, 2, 2]); // [[1, 0, 0], [0, 0, 0], [0, 1, 2]]
 */
export function confusionMatrix(
  predictions: Scores | ClassIds,
  targets: ClassIds,
  options: ClassOptions = {},
): number[][] {
  const pairs = classPairs("confusionMatrix", predictions, targets, options);
  const { predicted, meant, numClasses } = pairs;
  const matrix = Array.from({ length: numClasses }, () => new Array<number>(numClasses).fill(0));
  meant.forEach((id, i) => matrix[id][predicted[i]]++);
  return matrix;
}

/**
 * Matthews' correlation coefficient, for any number of classes: the correlation of predictions and
 * targets, from −1 to 1. 0 is what guessing reaches, however rare a class is.
 *
 *   (c·n − Σ pₖ·tₖ) / √((n² − Σ pₖ²) · (n² − Σ tₖ²))
 *
 * of n targets c are right; class k was predicted pₖ times and meant tₖ times. 0 where only one
 * class was ever predicted, or meant.
 *
 * Source: Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation
 * coefficient"
 *
 * @example
 * matthewsCorrelation([1, 1, 0, 1], [1, 0, 0, 1]).toFixed(4); // "0.5774"
 */
export function matthewsCorrelation(
  predictions: Scores | ClassIds,
  targets: ClassIds,
  options: ClassOptions = {},
): number {
  const pairs = classPairs("matthewsCorrelation", predictions, targets, options);
  const { predicted, meant, numClasses } = pairs;
  const [p, t] = [tally(predicted, numClasses), tally(meant, numClasses)];
  const n = meant.length;
  const c = meant.filter((id, i) => id === predicted[i]).length;
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, it, k) => sum + it * b[k], 0);
  const spread = Math.sqrt((n * n - dot(p, p)) * (n * n - dot(t, t)));
  return spread === 0 ? 0 : (c * n - dot(p, t)) / spread;
}
