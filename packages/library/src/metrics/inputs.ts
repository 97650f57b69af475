/**
 * @file What metrics are given: plain arrays, typed arrays or tensors, with or without a mask.
 */

import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";

/** One number per thing measured, plain or as a tensor. */
export type Numbers = ArrayLike<number> | { readonly data: ArrayLike<number> };

/** Class ids, plain or as a tensor. */
export type ClassIds = Numbers;

/** Scores for every class, such as logits: a tensor is one. */
export interface Scores {
  /** [..., numClasses] */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: ArrayLike<number>;
}

export interface MaskOptions {
  /** One for each target: 0 or `false` where it does not count. Default: all count. */
  mask?: ArrayLike<number | boolean> | { readonly data: ArrayLike<number> };
}

export interface IgnoreOptions {
  /** Targets of this value do not count, such as padding. Default: none. */
  ignoreIndex?: number;
}

export function dataOf<T>(values: ArrayLike<T> | { readonly data: ArrayLike<T> }): ArrayLike<T> {
  return "data" in values ? values.data : values;
}

/**
 * What counts of several lists of one length, each as float64 numbers: those places where the mask
 * is not 0. An error names the list that is too short, or the first NaN that counts.
 */
export function countedColumns<Name extends string>(
  where: string,
  named: Record<Name, Numbers>,
  { mask }: MaskOptions = {},
): Record<Name, Float64Array> {
  const names = Object.keys(named) as Name[];
  const last = names[names.length - 1]; // the targets
  const size = dataOf(named[last]).length;
  for (const name of names) {
    if (dataOf(named[name]).length !== size || !fits(named[name], named[last])) {
      throw new ShapeError(
        `${where}: expected as many ${name} as ${last}, got ${describe(named[name])} and ${describe(named[last])}.`,
      );
    }
  }
  const kept = mask ? dataOf<number | boolean>(mask) : null;
  if (kept && kept.length !== size) {
    throw new ShapeError(
      `${where}: expected a mask for ${size} targets, got one for ${kept.length}.`,
    );
  }
  const places = Array.from({ length: size }, (_, i) => i).filter((i) => !kept || kept[i]);
  if (places.length === 0) throw nothingCounts(where);

  const columns = {} as Record<Name, Float64Array>;
  for (const name of names) {
    const values = dataOf(named[name]);
    columns[name] = Float64Array.from(places, (i) => {
      if (Number.isNaN(Number(values[i]))) throw notANumber(where, name, i);
      return values[i];
    });
  }
  return columns;
}

export function notANumber(where: string, what: string, position: number): ArgumentError {
  return new ArgumentError(
    `${where}: expected ${what} without NaN, got NaN at position ${position}. ` +
      "What is missing is left out by a mask.",
  );
}

/** A metric of nothing has no value. */
export function nothingCounts(where: string): ArgumentError {
  return new ArgumentError(`${where}: expected at least one target that counts, got none.`);
}

/** [4, 1] beside [4] is fine, [2, 3] beside [3, 2] is not. */
function fits(a: Numbers | Scores, b: Numbers | Scores): boolean {
  if (!("shape" in a) || !("shape" in b)) return true;
  const longAxes = ({ shape }: Scores) => shape.filter((size) => size !== 1).join();
  return longAxes(a) === longAxes(b);
}

function describe(values: Numbers | Scores): string {
  return "shape" in values ? formatShape(values.shape) : `${dataOf(values).length}`;
}

/**
 * The class that is predicted for each of `count` targets: class ids as they are, of scores
 * [..., numClasses] the highest (the first among equals).
 */
export function predictedClasses(
  where: string,
  predictions: Scores | ClassIds,
  count: number,
): ArrayLike<number> {
  const data = dataOf(predictions);
  if (data.length === count) return data;
  if (!("shape" in predictions)) {
    throw new ShapeError(
      `${where}: expected one prediction per target, got ${data.length} predictions and ${count} targets.`,
    );
  }
  const numClasses = checkScores(where, predictions, count);
  return Int32Array.from({ length: count }, (_, row) => {
    let best = 0;
    for (let k = 0; k < numClasses; k++) {
      if (Number.isNaN(data[row * numClasses + k])) {
        throw notANumber(where, "scores", row * numClasses + k);
      }
      if (data[row * numClasses + k] > data[row * numClasses + best]) best = k;
    }
    return best;
  });
}

/** numClasses of scores that must have a row for each of `count` targets. */
export function checkScores(where: string, { shape, data }: Scores, count: number): number {
  const numClasses = shape[shape.length - 1] ?? 0;
  if (numClasses >= 1 && data.length === count * numClasses) return numClasses;
  throw new ShapeError(
    `${where}: expected scores [..., numClasses] for ${count} targets, got ${formatShape(shape)}.`,
  );
}
