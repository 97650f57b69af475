/**
 * @file How often the answer was right.
 */

import {
  dataOf,
  nothingCounts,
  predictedClasses,
  type ClassIds,
  type IgnoreOptions,
  type Scores,
} from "./inputs.ts";

/**
 * The share of predictions equal to their targets, from 0 to 1.
 *
 * - `predictions`  scores [..., numClasses], of which the highest decides (the first among equals),
 *                  or class ids [...]
 * - `targets`      class ids [...]
 *
 * @throws ArgumentError if no target counts
 *
 * @example
 * accuracy([1, 2, 3, 4], [1, 2, 0, 4]); // 0.75
 * accuracy(tensor([[0, 5, 1], [9, 2, 3]]), [1, 2]); // 0.5
 * accuracy([1, 2, 3], [1, 0, -100], { ignoreIndex: -100 }); // 0.5
 */
export function accuracy(
  predictions: Scores | ClassIds,
  targets: ClassIds,
  { ignoreIndex }: IgnoreOptions = {},
): number {
  const expected = dataOf(targets);
  const chosen = predictedClasses("accuracy", predictions, expected.length);
  let right = 0;
  let counted = 0;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] === ignoreIndex) continue;
    counted++;
    if (chosen[i] === expected[i]) right++;
  }
  if (counted === 0) throw nothingCounts("accuracy");
  return right / counted;
}
