/**
 * @file How much a series is like itself some steps ago.
 */

/**
 * Autocorrelations at lags 0 … `most`: Σ x(t)·x(t − k) / Σ x(t)², x less its mean; all 0 after the
 * first where x never changes. Missing values count nowhere.
 *
 * @example
 * autocorrelations([1, -1, 1, -1], 2); // [1, -0.75, 0.5]
 */
export function autocorrelations(values: ArrayLike<number>, most: number): Float64Array {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const x = Float64Array.from(values, (value) => (Number.isNaN(value) ? 0 : value - mean));
  const power = x.reduce((sum, value) => sum + value * value, 0);
  const correlations = new Float64Array(most + 1);
  correlations[0] = 1;
  if (!(power > 0)) return correlations;
  for (let lag = 1; lag <= most; lag++) {
    let sum = 0;
    for (let t = lag; t < x.length; t++) sum += x[t] * x[t - lag];
    correlations[lag] = sum / power;
  }
  return correlations;
}
