/**
 * @file Predicted and meant classes of the targets that count, checked.
 */

import { ArgumentError } from "../core/errors.ts";
import {
  dataOf,
  nothingCounts,
  predictedClasses,
  type ClassIds,
  type IgnoreOptions,
  type Scores,
} from "./inputs.ts";

export interface ClassOptions extends IgnoreOptions {
  /** How many classes there are. Default: as many as the largest id asks for. */
  numClasses?: number;
}

export interface ClassPairs {
  /** Of each target that counts, the class predicted and the class meant. */
  predicted: Int32Array;
  meant: Int32Array;
  numClasses: number;
}

export function classPairs(
  where: string,
  predictions: Scores | ClassIds,
  targets: ClassIds,
  { ignoreIndex, numClasses = Infinity }: ClassOptions,
): ClassPairs {
  const all = dataOf(targets);
  const chosen = predictedClasses(where, predictions, all.length);
  const counted = Array.from({ length: all.length }, (_, i) => i).filter(
    (i) => all[i] !== ignoreIndex,
  );
  if (counted.length === 0) throw nothingCounts(where);

  let largest = 0;
  const read = (ids: ArrayLike<number>, what: string) =>
    Int32Array.from(counted, (i) => {
      if (!Number.isInteger(ids[i]) || ids[i] < 0 || ids[i] >= numClasses) {
        const range = numClasses === Infinity ? "0 on" : `0 to ${numClasses - 1}`;
        throw new ArgumentError(
          `${where}: expected ${what} to be class ids from ${range}, got ${ids[i]} at position ${i}.`,
        );
      }
      largest = Math.max(largest, ids[i]);
      return ids[i];
    });
  const meant = read(all, "targets");
  const predicted = read(chosen, "predictions");
  return { predicted, meant, numClasses: numClasses === Infinity ? largest + 1 : numClasses };
}

/** How often each class occurs. */
export function tally(ids: Int32Array, numClasses: number): Float64Array {
  const counts = new Float64Array(numClasses);
  for (const id of ids) counts[id]++;
  return counts;
}
