/**
 * @file Linear equations with a symmetric, positive definite matrix.
 */

/**
 * Solves A·X = B by Cholesky's decomposition A = L·Lᵀ, for several right sides at once. `a` [n, n] and
 * `b` [n, m] are row-major and stay as they are. Null if A is not positive definite.
 *
 * @example
 * const a = Float64Array.of(4, 2, 2, 3);
 * solvePositiveDefinite(a, Float64Array.of(8, 7), 2); // [1.25, 1.5]
 */
export function solvePositiveDefinite(
  a: Float64Array,
  b: Float64Array,
  n: number,
): Float64Array | null {
  const m = b.length / n;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i > j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else return null;
    }
  }
  const x = Float64Array.from(b);
  const subtract = (row: number, other: number, factor: number) => {
    for (let c = 0; c < m; c++) x[row * m + c] -= factor * x[other * m + c];
  };
  const divide = (row: number) => {
    for (let c = 0; c < m; c++) x[row * m + c] /= l[row * n + row];
  };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtract(i, k, l[i * n + k]);
    divide(i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtract(i, k, l[k * n + i]);
    divide(i);
  }
  return x;
}
