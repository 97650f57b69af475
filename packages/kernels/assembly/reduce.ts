/**
 * @file Sums over rows: the gradient of a bias.
 */

/** Rows added up by themselves before they join the total: bounds the error of a long sum. */
const ROWS_PER_SUM: i32 = 64;

/**
 * Columns start ≤ col < end of x [rows, cols], `stride` bytes from row to row.
 *
 *   for col in start..end:  y[col] = Σ over rows of x[row][col]
 */
export function sumRows(
  start: i32,
  end: i32,
  rows: i32,
  xPtr: usize,
  stride: usize,
  yPtr: usize,
): void {
  let col = start;
  for (; col + 16 <= end; col += 16) {
    const x = xPtr + ((<usize>col) << 2);
    const y = yPtr + ((<usize>col) << 2);
    let t0 = f32x4.splat(0);
    let t1 = f32x4.splat(0);
    let t2 = f32x4.splat(0);
    let t3 = f32x4.splat(0);
    for (let row0 = 0; row0 < rows; row0 += ROWS_PER_SUM) {
      const rowEnd = min(rows, row0 + ROWS_PER_SUM);
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      let from = x + <usize>row0 * stride;
      for (let row = row0; row < rowEnd; row++) {
        s0 = f32x4.add(s0, v128.load(from));
        s1 = f32x4.add(s1, v128.load(from, 16));
        s2 = f32x4.add(s2, v128.load(from, 32));
        s3 = f32x4.add(s3, v128.load(from, 48));
        from += stride;
      }
      t0 = f32x4.add(t0, s0);
      t1 = f32x4.add(t1, s1);
      t2 = f32x4.add(t2, s2);
      t3 = f32x4.add(t3, s3);
    }
    v128.store(y, t0);
    v128.store(y, t1, 16);
    v128.store(y, t2, 32);
    v128.store(y, t3, 48);
  }
  for (; col < end; col++) {
    let total: f32 = 0;
    for (let row0 = 0; row0 < rows; row0 += ROWS_PER_SUM) {
      const rowEnd = min(rows, row0 + ROWS_PER_SUM);
      let sum: f32 = 0;
      for (let row = row0; row < rowEnd; row++) {
        sum += load<f32>(xPtr + <usize>row * stride + ((<usize>col) << 2));
      }
      total += sum;
    }
    store<f32>(yPtr + ((<usize>col) << 2), total);
  }
}
