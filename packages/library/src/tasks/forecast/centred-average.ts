/**
 * @file A series without its season: the mean of one season around every step.
 */

/**
 * The mean of the `season` values around each one; with an even number of steps both ends count half,
 * so that each phase counts alike. NaN in the first and last half season.
 *
 * @example
 * centredAverage([1, 2, 3, 10, 5, 6], 4); // [NaN, NaN, 4.5, 5.5, NaN, NaN]
 */
export function centredAverage(values: ArrayLike<number>, season: number): Float64Array {
  const average = new Float64Array(values.length).fill(NaN);
  const reach = Math.floor(season / 2);
  const width = 2 * reach + 1;
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    sum += values[t];
    if (t >= width) sum -= values[t - width];
    if (t < width - 1) continue;
    const ends = season % 2 === 0 ? (values[t] + values[t - width + 1]) / 2 : 0;
    average[t - reach] = (sum - ends) / season;
  }
  return average;
}
