/**
 * @file y[i] = f(x[i]), for elements start ≤ i < end.
 */

import { loadLanes, storeLanes } from "./lanes";
import { exp4, sigmoid4, tanh4 } from "./math";

/** for i in start..end:  y[i] = eˣ⁽ⁱ⁾ */
export function exp(start: i32, end: i32, xPtr: usize, yPtr: usize): void {
  let at = (<usize>start) << 2;
  const stop = (<usize>end) << 2;
  for (; at + 16 <= stop; at += 16) v128.store(yPtr + at, exp4(v128.load(xPtr + at)));
  for (; at < stop; at += 4) storeLanes(yPtr + at, exp4(loadLanes(xPtr + at, true)), true);
}

/** for i in start..end:  y[i] = tanh(x[i]) */
export function tanh(start: i32, end: i32, xPtr: usize, yPtr: usize): void {
  let at = (<usize>start) << 2;
  const stop = (<usize>end) << 2;
  for (; at + 16 <= stop; at += 16) v128.store(yPtr + at, tanh4(v128.load(xPtr + at)));
  for (; at < stop; at += 4) storeLanes(yPtr + at, tanh4(loadLanes(xPtr + at, true)), true);
}

/** for i in start..end:  y[i] = 1 / (1 + e^−x[i]) */
export function sigmoid(start: i32, end: i32, xPtr: usize, yPtr: usize): void {
  let at = (<usize>start) << 2;
  const stop = (<usize>end) << 2;
  for (; at + 16 <= stop; at += 16) v128.store(yPtr + at, sigmoid4(v128.load(xPtr + at)));
  for (; at < stop; at += 4) storeLanes(yPtr + at, sigmoid4(loadLanes(xPtr + at, true)), true);
}

/** for i in start..end:  y[i] = factor · x[i] */
export function scale(start: i32, end: i32, factor: f32, xPtr: usize, yPtr: usize): void {
  const factors = f32x4.splat(factor);
  const stop = (<usize>end) << 2;
  for (let at = (<usize>start) << 2; at < stop; at += 16) {
    v128.store(yPtr + at, f32x4.mul(factors, v128.load(xPtr + at)));
  }
}
