/**
 * @file Missing values, without a look ahead.
 */

/**
 * A copy in which each missing value is the last one before it. Values missing at the start stay NaN:
 * nothing is known there.
 *
 * @example
 * fillForward([NaN, 3, NaN, NaN, 5]); // [NaN, 3, 3, 3, 5]
 */
export function fillForward(values: ArrayLike<number>): Float64Array {
  const filled = Float64Array.from(values);
  for (let i = 1; i < filled.length; i++) {
    if (Number.isNaN(filled[i])) filled[i] = filled[i - 1];
  }
  return filled;
}
