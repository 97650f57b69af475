/**
 * @file Softmax and log-softmax of rows, and the cross-entropy that is made of them. A row of −∞
 * alone gives NaN, as it does in PyTorch.
 */

import { loadLanes, nmadd, storeLanes } from "./lanes";
import { exp4 } from "./math";

/**
 * A NaN need not come through: it does in the sum that follows. So the lanes take pmax, one
 * instruction where max is seven.
 */
@inline
function maxOfRow(bytes: usize, xPtr: usize): f32 {
  let largest: f32 = -Infinity;
  let at: usize = 0;
  if (bytes >= 16) {
    let lanes = v128.load(xPtr);
    for (at = 16; at + 16 <= bytes; at += 16) lanes = f32x4.pmax(lanes, v128.load(xPtr + at));
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

/**
 * Rows start ≤ row < end of x [rows, cols], whose classes should be ids[row]; a row with an id
 * below 0 is left out.
 *
 *   for row in start..end:
 *     logP = log softmax(x[row])
 *     picked[row] = logP[ids[row]]
 *     if spread:  smooth[row] = Σ over c of spread[c] · logP[c]
 *     saved[row] = [max x[row], log Σ e^(x[row] − max x[row])]
 *
 * `smooth` is float64. Only `saved` [rows, 2] remains of logP, for backward.
 */
export function crossEntropy(
  start: i32,
  end: i32,
  cols: i32,
  xPtr: usize,
  idsPtr: usize,
  spreadPtr: usize,
  pickedPtr: usize,
  smoothPtr: usize,
  savedPtr: usize,
): void {
  const bytes = <usize>cols << 2;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const id = load<i32>(idsPtr + (r << 2));
    if (id < 0) continue;
    const x = xPtr + r * bytes;
    const largest = maxOfRow(bytes, x);
    const logTotal = Mathf.log(<f32>expSum(bytes, x, f32x4.splat(largest), 0));
    store<f32>(savedPtr + (r << 3), largest);
    store<f32>(savedPtr + (r << 3), logTotal, 4);
    store<f32>(pickedPtr + (r << 2), load<f32>(x + (<usize>id << 2)) - largest - logTotal);
    if (!spreadPtr) continue;
    let sum: f64 = 0;
    for (let at: usize = 0; at < bytes; at += 4) {
      sum += <f64>load<f32>(spreadPtr + at) * <f64>(load<f32>(x + at) - largest - logTotal);
    }
    store<f64>(smoothPtr + (r << 3), sum);
  }
}

/**
 * The gradient, from what forward saved and, for each row, three numbers [a, b, g].
 *
 *   for row in start..end:
 *     gradX[row][c] = a · softmax(x[row])[c] − g · spread[c] − b · [c = ids[row]]
 *
 * A row with an id below 0 gets zeros. `spreadPtr` may be 0.
 */
export function crossEntropyBackward(
  start: i32,
  end: i32,
  cols: i32,
  xPtr: usize,
  idsPtr: usize,
  spreadPtr: usize,
  savedPtr: usize,
  factorsPtr: usize,
  gradXPtr: usize,
): void {
  const bytes = <usize>cols << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const gradX = gradXPtr + r * bytes;
    const id = load<i32>(idsPtr + (r << 2));
    if (id < 0) {
      memory.fill(gradX, 0, bytes);
      continue;
    }
    const x = xPtr + r * bytes;
    const largest = v128.load32_splat(savedPtr + (r << 3));
    const logTotal = v128.load32_splat(savedPtr + (r << 3), 4);
    const a = v128.load32_splat(factorsPtr + r * 12);
    const g = v128.load32_splat(factorsPtr + r * 12, 8);
    let at: usize = 0;
    for (; at < vectors; at += 16) gradLanes(at, x, largest, logTotal, a, g, spreadPtr, gradX, false);
    for (; at < bytes; at += 4) gradLanes(at, x, largest, logTotal, a, g, spreadPtr, gradX, true);
    const own = gradX + (<usize>id << 2);
    store<f32>(own, load<f32>(own) - load<f32>(factorsPtr + r * 12, 4));
  }
}

@inline
function gradLanes(
  at: usize,
  x: usize,
  largest: v128,
  logTotal: v128,
  a: v128,
  g: v128,
  spreadPtr: usize,
  gradX: usize,
  single: bool,
): void {
  const logP = f32x4.sub(f32x4.sub(loadLanes(x + at, single), largest), logTotal);
  let grad = f32x4.mul(a, exp4(logP));
  if (spreadPtr) grad = nmadd(g, loadLanes(spreadPtr + at, single), grad);
  storeLanes(gradX + at, grad, single);
}

/**
 * y = e^(x − largest), or no y if its address is 0; their sum, collected in float64 because rows can
 * be long vocabularies.
 */
@inline
function expSum(bytes: usize, xPtr: usize, largest: v128, yPtr: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const e = exp4(f32x4.sub(v128.load(xPtr + at), largest));
    if (yPtr) v128.store(yPtr + at, e);
    low = f64x2.add(low, f64x2.promote_low_f32x4(e));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(e, e, 1, 1)));
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; at < bytes; at += 4) {
    const e = exp4(f32x4.sub(loadLanes(xPtr + at, true), largest));
    if (yPtr) storeLanes(yPtr + at, e, true);
    sum += <f64>f32x4.extract_lane(e, 0);
  }
  return sum;
}
