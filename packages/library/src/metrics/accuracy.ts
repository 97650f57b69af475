/**
 * @file How often the answer was right.
 */

import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";

/** Scores for every class, such as logits: a tensor is one. */
export interface Scores {
  /** [..., numClasses] */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: ArrayLike<number>;
}

/** Class ids, plain or as a tensor. */
export type ClassIds = ArrayLike<number> | { readonly data: ArrayLike<number> };

export interface AccuracyOptions {
  /** Targets of this value do not count, such as padding. Default: none. */
  ignoreIndex?: number;
}

/**
 * The share of predictions equal to their targets, from 0 to 1; NaN where no target counts.
 *
 * - `predictions`  scores [..., numClasses], of which the highest decides (the first among equals),
 *                  or class ids [...]
 * - `targets`      class ids [...]
 *
 * @example
 * accuracy([1, 2, 3, 4], [1, 2, 0, 4]); // 0.75
 * accuracy({ shape: [2, 3], data: [0, 5, 1, 9, 2, 3] }, [1, 2]); // 0.5
 * accuracy([1, 2, 3], [1, 0, -100], { ignoreIndex: -100 }); // 0.5
 */
export function accuracy(
  predictions: Scores | ArrayLike<number>,
  targets: ClassIds,
  { ignoreIndex }: AccuracyOptions = {},
): number {
  const expected = "data" in targets ? targets.data : targets;
  const chosen = "data" in predictions ? highest(predictions, expected.length) : predictions;
  if (chosen.length !== expected.length) {
    throw new ShapeError(
      `accuracy: expected one prediction per target, got ${chosen.length} predictions and ${expected.length} targets.`,
    );
  }
  let right = 0;
  let counted = 0;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] === ignoreIndex) continue;
    counted++;
    if (chosen[i] === expected[i]) right++;
  }
  return right / counted;
}

/** The class with the highest score, for each of `rows` rows. */
function highest({ shape, data }: Scores, rows: number): Int32Array {
  const numClasses = shape[shape.length - 1] ?? 0;
  if (numClasses < 1) {
    throw new ArgumentError(
      `accuracy: expected scores [..., numClasses], got ${formatShape(shape)}.`,
    );
  }
  if (data.length !== rows * numClasses) {
    throw new ShapeError(
      `accuracy: expected scores for ${rows} targets, got ${formatShape(shape)}. ` +
        "Class ids instead of scores? Pass their data.",
    );
  }
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let k = 1; k < numClasses; k++) {
      if (data[row * numClasses + k] > data[row * numClasses + best]) best = k;
    }
    return best;
  });
}
