/**
 * @file What comes first trains, what comes after validates.
 */

import { ArgumentError, checkProbability } from "../core/errors.ts";

/**
 * Cuts a text, or its ids, in two at `fraction` of its length. For data with an order, where a
 * random split would let the model see what comes right before and after each held-out piece.
 *
 * The first part has ⌊fraction · length⌋ elements, one less if a surrogate pair stands across the
 * cut. Ids are views of the same memory. Neither part may come out empty.
 *
 * @example
 * splitByPosition("0123456789", 0.9); // ["012345678", "9"]
 * splitByPosition(Int32Array.of(1, 2, 3), 0.5); // [[1], [2, 3]]
 */
export function splitByPosition<Data extends string | Int32Array>(
  data: Data,
  fraction: number,
): [first: Data, second: Data];
export function splitByPosition(
  data: string | Int32Array,
  fraction: number,
): [first: string | Int32Array, second: string | Int32Array] {
  checkProbability("splitByPosition", "fraction", fraction);
  let cut = Math.floor(data.length * fraction);
  if (typeof data === "string" && cut > 0 && data.codePointAt(cut - 1)! > 0xffff) cut--;

  if (cut === 0 || cut === data.length) {
    throw new ArgumentError(
      `splitByPosition: expected both parts to have something, got ${cut} and ${data.length - cut} ` +
        `of ${data.length} with fraction ${fraction}. Is the text too short?`,
    );
  }
  if (typeof data === "string") return [data.slice(0, cut), data.slice(cut)];
  return [data.subarray(0, cut), data.subarray(cut)];
}
