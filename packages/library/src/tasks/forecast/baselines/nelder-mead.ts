/**
 * @file The lowest point of a function of a few numbers, without its derivative.
 */

export interface NelderMeadOptions {
  /** How far the other corners of the first simplex are from `start`. Default: 0.5. */
  size?: number;
  /** Evaluations at most. Default: 100 for each number. */
  maxEvaluations?: number;
}

/**
 * Nelder and Mead's simplex: the worst of n + 1 corners is reflected through the others, reaching
 * farther where that helps and less far where it does not. Infinity is a value like any other.
 *
 * Source: Nelder and Mead 1965, "A simplex method for function minimization", with Lagarias et al.'s
 * coefficients (1998)
 *
 * @example
 * const bowl = ([x, y]: readonly number[]) => (x - 1) ** 2 + 10 * (y + 2) ** 2;
 * nelderMead(bowl, [0, 0]).map((x) => Math.round(x * 100) / 100); // [1, -2]
 */
export function nelderMead(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  { size = 0.5, maxEvaluations = 100 * start.length }: NelderMeadOptions = {},
): number[] {
  const n = start.length;
  let evaluations = 0;
  const at = (x: number[]) => {
    evaluations++;
    return { x, value: f(x) };
  };
  const corners = [at([...start])];
  for (let i = 0; i < n; i++) corners.push(at(start.map((x, k) => (k === i ? x + size : x))));

  while (evaluations < maxEvaluations) {
    corners.sort((a, b) => a.value - b.value);
    const best = corners[0];
    const worst = corners[n];
    if (worst.value - best.value <= 1e-10 * Math.abs(best.value)) break;

    const center = start.map(
      (_, k) => corners.slice(0, n).reduce((sum, { x }) => sum + x[k], 0) / n,
    );
    const beyond = (t: number) => at(center.map((c, k) => c + t * (c - worst.x[k])));
    const reflected = beyond(1);
    let next = reflected;
    if (reflected.value < best.value) {
      const expanded = beyond(2);
      if (expanded.value < reflected.value) next = expanded;
    } else if (reflected.value >= corners[n - 1].value) {
      next = beyond(reflected.value < worst.value ? 0.5 : -0.5);
    }
    if (next.value < worst.value) {
      corners[n] = next;
      continue;
    }
    for (let i = 1; i <= n; i++) {
      corners[i] = at(corners[i].x.map((x, k) => (x + best.x[k]) / 2));
    }
  }
  return corners.reduce((a, b) => (b.value < a.value ? b : a)).x;
}
