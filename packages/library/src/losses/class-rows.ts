/**
 * @file Scores of classes as rows, and the ids that say which class each row should have been.
 */

import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape, stridesOf } from "../core/shape.ts";
import { checkFloat, toIndices } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Scores [numClasses], [n, numClasses] or [n, numClasses, d1, …] with the classes brought last. */
export interface ClassRows {
  /** […, numClasses] */
  scores: Tensor;
  numRows: number;
  numClasses: number;
  /** One loss for each of these: the shape of `scores` without its last axis. */
  lossShape: readonly number[];
}

export function classRows(where: string, what: string, scores: Tensor): ClassRows {
  checkFloat(where, what, scores);
  const numClasses = scores.rank > 1 ? scores.shape[1] : scores.shape[0];
  if (scores.rank === 0 || numClasses === 0) {
    throw new ShapeError(
      `${where}: expected ${what} [numClasses], [n, numClasses] or [n, numClasses, …], got ${formatShape(scores.shape)}.`,
    );
  }
  const classesLast = withClassesLast(scores);
  return {
    scores: classesLast,
    numRows: classesLast.size / numClasses,
    numClasses,
    lossShape: classesLast.shape.slice(0, -1),
  };
}

/** [n, numClasses, d1, …] → [n, d1, …, numClasses] */
export function withClassesLast(x: Tensor): Tensor {
  if (x.rank < 3) return x;
  const axes = x.shape.map((_, axis) => axis);
  return x.permute([0, ...axes.slice(2), 1]);
}

/** The class ids of all rows, each one of the classes or `ignoreIndex`. */
export function classIds(
  where: string,
  { numClasses, lossShape }: Pick<ClassRows, "numClasses" | "lossShape">,
  targets: Tensor,
  ignoreIndex: number,
): Int32Array {
  if (!sameShape(targets.shape, lossShape)) {
    throw new ShapeError(
      `${where}: expected targets ${formatShape(lossShape)}, one class id for every row of scores, got ${formatShape(targets.shape)}.` +
        (lossShape.length > 1
          ? " Classes are the second axis; scores [batch, seq, numClasses] are flattened first: logits.flatten(0, 1), targets.flatten()."
          : ""),
    );
  }
  const ids = toIndices(where, targets);
  for (let i = 0; i < ids.length; i++) {
    if ((ids[i] >= 0 && ids[i] < numClasses) || ids[i] === ignoreIndex) continue;
    const position = stridesOf(targets.shape).map(
      (stride, axis) => Math.floor(i / stride) % targets.shape[axis],
    );
    throw new ArgumentError(
      `${where}: expected targets from 0 to ${numClasses - 1} because there are ${numClasses} classes, or ignoreIndex ${ignoreIndex}, got ${ids[i]} at position ${formatShape(position)}.`,
    );
  }
  return ids;
}

/** One weight for every class; 1 for all if none are given. */
export function classWeights(
  where: string,
  weight: Tensor | null,
  numClasses: number,
): ArrayLike<number> {
  if (weight === null) return new Float64Array(numClasses).fill(1);
  if (weight.rank === 1 && weight.size === numClasses) return weight.storage.array;
  throw new ShapeError(
    `${where}: expected weight [${numClasses}], one for every class, got ${formatShape(weight.shape)}.`,
  );
}
