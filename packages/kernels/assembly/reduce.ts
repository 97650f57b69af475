/**
 * @file Sums over rows, which are the gradient of a bias; and of squares, for the length of one.
 */

/**
 * Columns start ≤ col < end of x [rows, cols], `stride` bytes from row to row.
 *
 *   for col in start..end:  y[col] = Σ over rows of x[row][col]
 *
 * Eight rows are added up pairwise before they join the total: that reads the matrix row by row,
 * as it lies in memory, and an eighth as many roundings pile up in y.
 */
export function sumRows(
  start: i32,
  end: i32,
  rows: i32,
  xPtr: usize,
  stride: usize,
  yPtr: usize,
): void {
  const first = <usize>start << 2;
  const stop = <usize>end << 2;
  for (let at = first; at < stop; at += 4) store<f32>(yPtr + at, 0);

  let row = 0;
  for (; row + 8 <= rows; row += 8) {
    const x0 = xPtr + <usize>row * stride;
    const x1 = x0 + stride;
    const x2 = x1 + stride;
    const x3 = x2 + stride;
    const x4 = x3 + stride;
    const x5 = x4 + stride;
    const x6 = x5 + stride;
    const x7 = x6 + stride;
    let at = first;
    for (; at + 16 <= stop; at += 16) {
      const s01 = f32x4.add(v128.load(x0 + at), v128.load(x1 + at));
      const s23 = f32x4.add(v128.load(x2 + at), v128.load(x3 + at));
      const s45 = f32x4.add(v128.load(x4 + at), v128.load(x5 + at));
      const s67 = f32x4.add(v128.load(x6 + at), v128.load(x7 + at));
      const sum = f32x4.add(f32x4.add(s01, s23), f32x4.add(s45, s67));
      v128.store(yPtr + at, f32x4.add(v128.load(yPtr + at), sum));
    }
    for (; at < stop; at += 4) {
      const s01 = load<f32>(x0 + at) + load<f32>(x1 + at);
      const s23 = load<f32>(x2 + at) + load<f32>(x3 + at);
      const s45 = load<f32>(x4 + at) + load<f32>(x5 + at);
      const s67 = load<f32>(x6 + at) + load<f32>(x7 + at);
      store<f32>(yPtr + at, load<f32>(yPtr + at) + (s01 + s23 + (s45 + s67)));
    }
  }
  for (; row < rows; row++) {
    const x = xPtr + <usize>row * stride;
    for (let at = first; at < stop; at += 4) {
      store<f32>(yPtr + at, load<f32>(yPtr + at) + load<f32>(x + at));
    }
  }
}

/** Σ of x[i] over start ≤ i < end, in float64 and four sums at a time. */
export function sum(start: i32, end: i32, xPtr: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let at = (<usize>start) << 2;
  const stop = (<usize>end) << 2;
  for (; at + 16 <= stop; at += 16) {
    const x = v128.load(xPtr + at);
    low = f64x2.add(low, f64x2.promote_low_f32x4(x));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1)));
  }
  low = f64x2.add(low, high);
  let total = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; at < stop; at += 4) total += <f64>load<f32>(xPtr + at);
  return total;
}

/**
 *   Σ of x[i]² over start ≤ i < end
 *
 * In float64, in which no square of a float32 is too large or too small, and four sums at a time.
 */
export function sumOfSquares(start: i32, end: i32, xPtr: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let at = (<usize>start) << 2;
  const stop = (<usize>end) << 2;
  for (; at + 16 <= stop; at += 16) {
    const x = v128.load(xPtr + at);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; at < stop; at += 4) {
    const x = <f64>load<f32>(xPtr + at);
    sum += x * x;
  }
  return sum;
}
