/**
 * @file Dynamic time warping: how far apart two recordings are when either may run ahead.
 *
 *   D(i, j) = |x_i − y_j|² + min(D(i−1, j), D(i, j−1), D(i−1, j−1))
 *
 * All channels warp together ("dependent"), and as far as it helps (no window).
 */

/** Rows of features, one for each step. */
export type Steps = readonly ArrayLike<number>[];

/**
 * D at the ends of both: 0 for recordings that differ in speed alone.
 *
 * @param limit gives up once the distance must exceed it, and gives `Infinity`
 *
 * Source: Shokoohi-Yekta et al. 2017, "Generalizing DTW to the multi-dimensional case requires an
 * adaptive approach" (DTW_D)
 *
 * @example
 * dtwDistance([[0], [1], [2]], [[0], [0], [1], [1], [2]]); // 0
 * dtwDistance([[0], [3]], [[0], [1]]); // 4
 */
export function dtwDistance(x: Steps, y: Steps, limit = Infinity): number {
  const width = y.length + 1;
  let above = new Float64Array(width).fill(Infinity);
  let row = new Float64Array(width);
  above[0] = 0;
  for (const step of x) {
    row[0] = Infinity;
    let lowest = Infinity;
    for (let j = 1; j < width; j++) {
      const before = Math.min(above[j], row[j - 1], above[j - 1]);
      row[j] = squaredDistance(step, y[j - 1]) + before;
      if (row[j] < lowest) lowest = row[j];
    }
    // Every path crosses this row, and none becomes shorter from here on.
    if (lowest > limit) return Infinity;
    [above, row] = [row, above];
  }
  return above[width - 1];
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) {
    const difference = a[c] - b[c];
    sum += difference * difference;
  }
  return sum;
}
