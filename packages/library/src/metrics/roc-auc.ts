/**
 * @file How well a score tells two classes apart, whatever the threshold.
 */

import { ArgumentError } from "../core/errors.ts";
import { countedColumns, type MaskOptions, type Numbers } from "./inputs.ts";

/**
 * The area under the receiver operating characteristic: the probability that a target of class 1 has
 * a higher score than one of class 0, ties counting half. 0.5 is chance, 1 is perfect; any rising
 * function of the scores gives the same.
 *
 *   (Σ ranks of class 1 − n₁·(n₁ + 1) / 2) / (n₁·n₀)        equal scores share their mean rank
 *
 * - `scores`   [n]: logits, probabilities, anything that is larger for class 1
 * - `targets`  [n]: 0 or 1
 *
 * Source: Hanley and McNeil 1982, "The meaning and use of the area under a receiver operating
 * characteristic (ROC) curve"
 *
 * @throws ArgumentError if all targets are of one class
 *
 * @example
 * rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); // 0.75
 */
export function rocAuc(scores: Numbers, targets: Numbers, options: MaskOptions = {}): number {
  const counted = countedColumns("rocAuc", { scores, targets }, options);
  const wrong = counted.targets.find((it) => it !== 0 && it !== 1);
  if (wrong !== undefined) {
    throw new ArgumentError(`rocAuc: expected targets to be 0 or 1, got ${wrong}.`);
  }
  const n = counted.targets.length;
  const n1 = counted.targets.reduce((sum, it) => sum + it, 0);
  if (n1 === 0 || n1 === n) {
    throw new ArgumentError(`rocAuc: expected targets of both classes, got ${n1 / n} only.`);
  }

  const order = Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => counted.scores[a] - counted.scores[b],
  );
  let sumOfRanks = 0;
  for (let first = 0, next = 0; first < n; first = next) {
    let ones = 0;
    while (next < n && counted.scores[order[next]] === counted.scores[order[first]]) {
      ones += counted.targets[order[next++]];
    }
    sumOfRanks += ones * ((first + 1 + next) / 2); // ranks first + 1 … next
  }
  return (sumOfRanks - (n1 * (n1 + 1)) / 2) / (n1 * (n - n1));
}
