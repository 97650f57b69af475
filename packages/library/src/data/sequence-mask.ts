/**
 * @file Which positions of a padded batch count.
 *
 * A mask is an int32 (or float) tensor, here and in losses, pooling and attention: 1 where a
 * position counts, 0 where it is padding. It is [batch, seq] whatever the layout of the features,
 * as PyTorch's key_padding_mask is (whose ones, though, stand for padding).
 */

import { traced } from "../autograd/trace.ts";
import { ArgumentError, checkSize } from "../core/errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { lengthList, type SequenceLengths } from "./lengths.ts";

/**
 * 1 where step t of sequence b is before its end, t < lengths[b], else 0: int32 [batch, maxLength].
 *
 * - `lengths`   [batch], in any order; 0 is allowed and gives a row of zeros
 * - `maxLength` the padded length; the longest of `lengths` if left out
 *
 * @throws ArgumentError if a length is negative or longer than `maxLength`
 *
 * @example
 * sequenceMask([2, 3, 1]).toArray(); // [[1, 1, 0], [1, 1, 1], [1, 0, 0]]
 */
export function sequenceMask(lengths: SequenceLengths, maxLength?: number): Tensor {
  const where = "sequenceMask";
  const list = lengthList(where, lengths);
  const seq = maxLength ?? list.reduce((longest, length) => Math.max(longest, length), 0);
  checkSize(where, "maxLength", seq, 0);
  const wrong = list.findIndex((n) => n < 0 || n > seq);
  if (wrong >= 0) {
    throw new ArgumentError(
      `${where}: expected lengths between 0 and ${seq}, got ${list[wrong]} for sequence ${wrong}.`,
    );
  }
  const mask = new Int32Array(list.length * seq);
  for (const [b, length] of list.entries()) mask.fill(1, b * seq, b * seq + length);
  return traced("sequenceMask", [list], new Tensor(mask, [list.length, seq]));
}
