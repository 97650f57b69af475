/**
 * @file Is one cell better than another, or would other seeds have turned it round?
 */

import { meanInterval } from "../metrics/confidence-intervals.ts";
import { pairedTTest } from "../metrics/significance-tests.ts";
import type { CellName } from "./cells.ts";
import type { SizeBudget } from "./sizes.ts";

/** Beyond this a difference is called more than noise: once in twenty comparisons, wrongly. */
export const SIGNIFICANCE = 0.05;

/** Two cells on the same seeds. */
export interface Difference {
  budget: SizeBudget;
  a: CellName;
  b: CellName;
  /** Mean of a's scores minus b's, and the 95 % interval of that. */
  mean: number;
  low: number;
  high: number;
  /**
   * Of Student's paired test over the seeds, corrected for the number of pairs (Holm 1979, "A simple
   * sequentially rejective multiple test procedure").
   */
  pValue: number;
  /** Which of them is better; null where the difference is within noise. */
  better: CellName | null;
}

export interface ScoredCell {
  cell: CellName;
  /** By seed; null where there is none. */
  scores: readonly (number | null)[];
}

/** Every pair of the cells of one budget that have two seeds or more in common. */
export function differencesBetween(
  budget: SizeBudget,
  cells: readonly ScoredCell[],
  better: "lower" | "higher",
): Difference[] {
  const tests = cells.flatMap((a, i) =>
    cells.slice(i + 1).flatMap((b) => {
      const pairs = a.scores.flatMap((score, seed) => {
        const other = b.scores[seed];
        return score === null || other === null || other === undefined ? [] : [[score, other]];
      });
      if (pairs.length < 2) return [];
      const { estimate, low, high } = meanInterval(pairs.map(([x, y]) => x - y));
      const { pValue } = pairedTTest(
        pairs.map(([x]) => x),
        pairs.map(([, y]) => y),
      );
      return [{ a: a.cell, b: b.cell, mean: estimate, low, high, pValue }];
    }),
  );
  const corrected = holm(tests.map(({ pValue }) => pValue));
  return tests.map((test, i) => {
    const isMore = corrected[i] < SIGNIFICANCE;
    const aIsBetter = better === "lower" ? test.mean < 0 : test.mean > 0;
    const winner = isMore ? (aIsBetter ? test.a : test.b) : null;
    return { budget, ...test, pValue: corrected[i], better: winner };
  });
}

/** The smallest of m p-values times m, the next times m − 1, …; none smaller than one before it. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const corrected = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((at, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[at] * (pValues.length - rank)));
    corrected[at] = largest;
  });
  return corrected;
}
