/**
 * @file A curve in one line of text, on a logarithmic scale.
 */

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * One bar for each value, or for so many of them that all fit into `columns`. The lowest bar is
 * `floor` and below, the highest the largest value; what is 0 or unknown is a space.
 *
 * @example
 * sparkline([1, 0.1, 0.01, 0.001], { floor: 0.001, columns: 40 }); // "█▆▃▁"
 */
export function sparkline(
  values: ArrayLike<number>,
  { floor, columns }: { floor: number; columns: number },
): string {
  const count = Math.min(values.length, columns);
  const shown = Array.from({ length: count }, (_, i) => {
    const at = count === 1 ? 0 : Math.round((i * (values.length - 1)) / (count - 1));
    return values[at];
  });
  const low = Math.log(floor);
  const high = Math.max(low, ...shown.filter((value) => value > 0).map(Math.log));
  return shown
    .map((value) => {
      if (!(value > 0)) return " ";
      const share = high === low ? 1 : (Math.log(value) - low) / (high - low);
      return BARS[Math.round(Math.min(1, Math.max(0, share)) * (BARS.length - 1))];
    })
    .join("");
}
