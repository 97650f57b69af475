/**
 * @file Softmax and log-softmax of rows. A row of −∞ alone gives NaN, as it does in PyTorch.
 */

import { loadLanes, storeLanes } from "./lanes";
import { exp4 } from "./math";

@inline
function maxOfRow(bytes: usize, xPtr: usize): f32 {
  let largest: f32 = -Infinity;
  let at: usize = 0;
  if (bytes >= 16) {
    let lanes = v128.load(xPtr);
    for (at = 16; at + 16 <= bytes; at += 16) lanes = f32x4.max(lanes, v128.load(xPtr + at));
    largest = max(
      max(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1)),
      max(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)),
    );
  }
  for (; at < bytes; at += 4) largest = max(largest, load<f32>(xPtr + at));
  return largest;
}

/**
 * Rows start ≤ row < end of x [rows, cols].
 *
 *   for row in start..end:  y[row] = e^(x[row] − max x[row]) / Σ of the same
 */
export function softmax(start: i32, end: i32, cols: i32, xPtr: usize, yPtr: usize): void {
  const bytes = <usize>cols << 2;
  for (let row = start; row < end; row++) {
    const x = xPtr + <usize>row * bytes;
    const y = yPtr + <usize>row * bytes;
    const largest = f32x4.splat(maxOfRow(bytes, x));
    const total = f32x4.splat(1 / <f32>expSum(bytes, x, largest, y));
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      v128.store(y + at, f32x4.mul(v128.load(y + at), total));
    }
    for (; at < bytes; at += 4) {
      storeLanes(y + at, f32x4.mul(loadLanes(y + at, true), total), true);
    }
  }
}

/**
 * Rows start ≤ row < end of x [rows, cols].
 *
 *   for row in start..end:  y[row] = x[row] − max x[row] − log Σ e^(x[row] − max x[row])
 */
export function logSoftmax(start: i32, end: i32, cols: i32, xPtr: usize, yPtr: usize): void {
  const bytes = <usize>cols << 2;
  for (let row = start; row < end; row++) {
    const x = xPtr + <usize>row * bytes;
    const y = yPtr + <usize>row * bytes;
    const largest = f32x4.splat(maxOfRow(bytes, x));
    const logTotal = f32x4.splat(Mathf.log(<f32>expSum(bytes, x, largest, y)));
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      v128.store(y + at, f32x4.sub(f32x4.sub(v128.load(x + at), largest), logTotal));
    }
    for (; at < bytes; at += 4) {
      const value = f32x4.sub(f32x4.sub(loadLanes(x + at, true), largest), logTotal);
      storeLanes(y + at, value, true);
    }
  }
}

/** y = e^(x − largest); its sum, collected in float64 because rows can be long vocabularies. */
@inline
function expSum(bytes: usize, xPtr: usize, largest: v128, yPtr: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const e = exp4(f32x4.sub(v128.load(xPtr + at), largest));
    v128.store(yPtr + at, e);
    low = f64x2.add(low, f64x2.promote_low_f32x4(e));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(e, e, 1, 1)));
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; at < bytes; at += 4) {
    const e = exp4(f32x4.sub(loadLanes(xPtr + at, true), largest));
    storeLanes(yPtr + at, e, true);
    sum += <f64>f32x4.extract_lane(e, 0);
  }
  return sum;
}
