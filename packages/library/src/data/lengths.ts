/**
 * @file How long each sequence of a padded batch really is.
 */

import { traceSame } from "../autograd/trace.ts";
import { ArgumentError } from "../core/errors.ts";
import { toIndices } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";

/** The true length of each sequence in a padded batch [batch], in any order. */
export type SequenceLengths = Tensor | ArrayLike<number>;

/** As int32, each from 1 to `seq`, one for each of the `batch` sequences. */
export function readLengths(
  where: string,
  lengths: SequenceLengths,
  batch: number,
  seq: number,
): Int32Array {
  const list = lengthList(where, lengths);
  const wrong = list.findIndex((n) => n < 1 || n > seq);
  if (list.length !== batch || wrong >= 0) {
    throw new ArgumentError(
      `${where}: expected ${batch} lengths, one for each sequence, between 1 and ${seq}, got ` +
        (wrong >= 0 ? `${list[wrong]} for sequence ${wrong}.` : `${list.length}.`),
    );
  }
  return list;
}

/** As int32, whatever whole numbers they are. */
export function lengthList(where: string, lengths: SequenceLengths): Int32Array {
  if (lengths instanceof Tensor) return traceSame(lengths, toIndices(`${where}, lengths`, lengths));
  const list = Array.from(lengths);
  const wrong = list.findIndex((n) => !Number.isInteger(n));
  if (wrong < 0) {
    const whole = Int32Array.from(list);
    return lengths instanceof Int32Array ? traceSame(lengths, whole) : whole;
  }
  throw new ArgumentError(
    `${where}: expected whole numbers as lengths, got ${list[wrong]} for sequence ${wrong}.`,
  );
}
