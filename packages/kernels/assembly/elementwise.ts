/**
 * @file y[i] = f(x[i]) and y[i] = a[i] ∘ b[i], for elements start ≤ i < end.
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

@inline const ADD: i32 = 0;
@inline const SUB: i32 = 1;
@inline const MUL: i32 = 2;
@inline const DIV: i32 = 3;

/**
 * y[i] = a[i] ∘ b[i]. An operand that is one number everywhere lies there four times, with a mask of
 * 0; others have a mask of −1. The last, incomplete vector is computed whole: all have room for it.
 */
@inline
function binary(
  operation: i32,
  start: i32,
  end: i32,
  aPtr: usize,
  aMask: usize,
  bPtr: usize,
  bMask: usize,
  yPtr: usize,
): void {
  const stop = (<usize>end) << 2;
  for (let at = (<usize>start) << 2; at < stop; at += 16) {
    const a = v128.load(aPtr + (at & aMask));
    const b = v128.load(bPtr + (at & bMask));
    let y: v128;
    if (operation == ADD) y = f32x4.add(a, b);
    else if (operation == SUB) y = f32x4.sub(a, b);
    else if (operation == MUL) y = f32x4.mul(a, b);
    else y = f32x4.div(a, b);
    v128.store(yPtr + at, y);
  }
}

// prettier-ignore
export function add(start: i32, end: i32, aPtr: usize, aMask: usize, bPtr: usize, bMask: usize, yPtr: usize): void {
  binary(ADD, start, end, aPtr, aMask, bPtr, bMask, yPtr);
}
// prettier-ignore
export function sub(start: i32, end: i32, aPtr: usize, aMask: usize, bPtr: usize, bMask: usize, yPtr: usize): void {
  binary(SUB, start, end, aPtr, aMask, bPtr, bMask, yPtr);
}
// prettier-ignore
export function mul(start: i32, end: i32, aPtr: usize, aMask: usize, bPtr: usize, bMask: usize, yPtr: usize): void {
  binary(MUL, start, end, aPtr, aMask, bPtr, bMask, yPtr);
}
// prettier-ignore
export function div(start: i32, end: i32, aPtr: usize, aMask: usize, bPtr: usize, bMask: usize, yPtr: usize): void {
  binary(DIV, start, end, aPtr, aMask, bPtr, bMask, yPtr);
}
