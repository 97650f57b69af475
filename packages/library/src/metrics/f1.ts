/**
 * @file Of what was found, how much is right; of what is there, how much was found.
 *
 *   precision = hits / predicted        recall = hits / meant        F1 = 2·hits / (predicted + meant)
 *
 * F1 is the harmonic mean of the two. Where a denominator is 0, the value is 0.
 */

import { ArgumentError, unreachable } from "../core/errors.ts";
import { classPairs, tally, type ClassOptions } from "./class-pairs.ts";
import type { ClassIds, Scores } from "./inputs.ts";

/**
 * How the values of the classes become one.
 *
 * - `"binary"`    that of the class `positive`; there must be no more than two classes
 * - `"macro"`     their mean: every class counts alike, however rare. Classes that are neither
 *                 predicted nor meant are left out
 * - `"weighted"`  their mean, weighted by how often each is meant
 * - `"micro"`     hits and denominators summed over the classes first: with one class per target
 *                 all three are the accuracy
 */
export type Average = "binary" | "macro" | "weighted" | "micro";

export interface AverageOptions extends ClassOptions {
  /** Default: `"binary"`. */
  average?: Average;
  /** The class that `"binary"` is about. Default: 1. */
  positive?: number;
}

export interface ClassScore {
  precision: number;
  recall: number;
  f1: number;
  /** How often the class is meant. */
  support: number;
}

/**
 * Precision, recall, F1 and support of every class.
 *
 * - `predictions`  scores [..., numClasses], of which the highest decides, or class ids [...]
 * - `targets`      class ids [...]
 *
 * @example
 * const scores = classScores([0, 1, 1, 1], [0, 0, 1, 1]);
 * scores.map(({ precision }) => precision); // [1, 0.667]
 * scores.map(({ recall }) => recall); // [0.5, 1]
 * scores.map(({ support }) => support); // [2, 2]
 */
export function classScores(
  predictions: Scores | ClassIds,
  targets: ClassIds,
  options: ClassOptions = {},
): ClassScore[] {
  const { hits, predicted, meant } = count("classScores", predictions, targets, options);
  return Array.from(hits, (_, k) => ({
    precision: share(hits[k], predicted[k]),
    recall: share(hits[k], meant[k]),
    f1: share(2 * hits[k], predicted[k] + meant[k]),
    support: meant[k],
  }));
}

/**
 * The share of predictions of a class that are right, from 0 to 1.
 *
 * - `predictions`  scores [..., numClasses], of which the highest decides, or class ids [...]
 * - `targets`      class ids [...]
 *
 * @example
 * precision([1, 1, 0, 1], [1, 0, 0, 1]); // 0.667
 * precision([2, 1, 0, 1], [2, 0, 0, 1], { average: "macro" }); // 0.833
 */
export function precision(
  predictions: Scores | ClassIds,
  targets: ClassIds,
  options: AverageOptions = {},
): number {
  const counts = count("precision", predictions, targets, options);
  return averaged("precision", counts, options, (hits, predicted) => share(hits, predicted));
}

/**
 * The share of a class's occurrences that were found, from 0 to 1.
 *
 * - `predictions`  scores [..., numClasses], of which the highest decides, or class ids [...]
 * - `targets`      class ids [...]
 *
 * @example
 * recall([1, 0, 0, 1], [1, 1, 0, 1]); // 0.667
 */
export function recall(
  predictions: Scores | ClassIds,
  targets: ClassIds,
  options: AverageOptions = {},
): number {
  const counts = count("recall", predictions, targets, options);
  return averaged("recall", counts, options, (hits, _, meant) => share(hits, meant));
}

/**
 * The harmonic mean of precision and recall, from 0 to 1: low where either of them is.
 *
 * - `predictions`  scores [..., numClasses], of which the highest decides, or class ids [...]
 * - `targets`      class ids [...]
 *
 * The macro F1 is the mean of the classes' F1, as in scikit-learn, and not that of the mean precision
 * and recall.
 *
 * @example
 * f1([1, 1, 0, 1], [1, 0, 0, 1]); // 0.8
 * f1([2, 1, 0, 1], [2, 0, 0, 1], { average: "macro" }); // 0.778
 * f1([2, 1, 0, 1], [2, 0, 0, -100], { average: "micro", ignoreIndex: -100 }); // 0.667
 */
export function f1(
  predictions: Scores | ClassIds,
  targets: ClassIds,
  options: AverageOptions = {},
): number {
  const counts = count("f1", predictions, targets, options);
  return averaged("f1", counts, options, (hits, predicted, meant) =>
    share(2 * hits, predicted + meant),
  );
}

/** Of each class. */
interface Counts {
  hits: Float64Array;
  predicted: Float64Array;
  meant: Float64Array;
}

function count(
  where: string,
  predictions: Scores | ClassIds,
  targets: ClassIds,
  options: ClassOptions,
): Counts {
  const { predicted, meant, numClasses } = classPairs(where, predictions, targets, options);
  const right = meant.filter((id, i) => id === predicted[i]);
  return {
    hits: tally(right, numClasses),
    predicted: tally(predicted, numClasses),
    meant: tally(meant, numClasses),
  };
}

function averaged(
  where: string,
  { hits, predicted, meant }: Counts,
  { average = "binary", positive = 1 }: AverageOptions,
  value: (hits: number, predicted: number, meant: number) => number,
): number {
  const of = (k: number) => value(hits[k] ?? 0, predicted[k] ?? 0, meant[k] ?? 0);
  const seen = [...hits.keys()].filter((k) => predicted[k] + meant[k] > 0);
  switch (average) {
    case "binary": {
      const others = seen.filter((k) => k !== positive);
      if (others.length <= 1) return of(positive);
      throw new ArgumentError(
        `${where}: expected two classes for average "binary", got ${seen.join(", ")}. ` +
          'Choose "macro", "weighted" or "micro".',
      );
    }
    case "macro":
      return seen.reduce((sum, k) => sum + of(k), 0) / seen.length;
    case "weighted": {
      const total = meant.reduce((sum, it) => sum + it, 0);
      return seen.reduce((sum, k) => sum + meant[k] * of(k), 0) / total;
    }
    case "micro": {
      const sum = (counts: Float64Array) => counts.reduce((total, it) => total + it, 0);
      return value(sum(hits), sum(predicted), sum(meant));
    }
    default:
      return unreachable(average);
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
