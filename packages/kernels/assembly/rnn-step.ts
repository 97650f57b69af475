/**
 * @file The one activation of a plain RNN step, forward and backward, for rows start ≤ row < end.
 *
 * `sums` [rows, H] holds what goes into the activation; after a step (when training) h′ itself; and
 * after the step backward the gradient of those sums.
 */

import { loadLanes, nmadd, storeLanes } from "./lanes";
import { tanh4 } from "./math";

/**
 *   h′ = tanh(sums), or max(0, sums) if `relu`
 *
 * `h` [rows, H] receives h′, and so does `out`, whose rows lie `outStride` bytes apart.
 */
export function rnnStep(
  start: i32,
  end: i32,
  H: i32,
  relu: i32,
  sumsPtr: usize,
  hPtr: usize,
  outPtr: usize,
  outStride: usize,
  training: i32,
): void {
  const bytes = <usize>H << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const sums = sumsPtr + <usize>row * bytes;
    const h = hPtr + <usize>row * bytes;
    const out = outPtr + <usize>row * outStride;
    let at: usize = 0;
    for (; at < vectors; at += 16) stepLanes(relu, sums + at, h + at, out + at, training, false);
    for (; at < bytes; at += 4) stepLanes(relu, sums + at, h + at, out + at, training, true);
  }
}

@inline
function stepLanes(
  relu: i32,
  sumsPtr: usize,
  hPtr: usize,
  outPtr: usize,
  training: i32,
  single: bool,
): void {
  const sums = loadLanes(sumsPtr, single);
  const hNext = relu ? f32x4.max(f32x4.splat(0), sums) : tanh4(sums);
  storeLanes(hPtr, hNext, single);
  storeLanes(outPtr, hNext, single);
  if (training) storeLanes(sumsPtr, hNext, single);
}

/**
 *   dh = gradH + gradOut
 *   sums = dh ⊙ (1 − h′²), or dh where h′ > 0 if `relu`
 *
 * h′ goes to `hNextPtr` [rows, H] for the gradient of the weights. `gradOutPtr` may be 0.
 */
export function rnnStepBackward(
  start: i32,
  end: i32,
  H: i32,
  relu: i32,
  sumsPtr: usize,
  hNextPtr: usize,
  gradHPtr: usize,
  gradOutPtr: usize,
  gradOutStride: usize,
): void {
  const bytes = <usize>H << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const rowAt = <usize>row * bytes;
    const gradOut = gradOutPtr ? gradOutPtr + <usize>row * gradOutStride : 0;
    let at: usize = 0;
    for (; at < vectors; at += 16) {
      const to = rowAt + at;
      backwardLanes(relu, sumsPtr + to, hNextPtr + to, gradHPtr + to, gradOut, at, false);
    }
    for (; at < bytes; at += 4) {
      const to = rowAt + at;
      backwardLanes(relu, sumsPtr + to, hNextPtr + to, gradHPtr + to, gradOut, at, true);
    }
  }
}

@inline
function backwardLanes(
  relu: i32,
  sumsPtr: usize,
  hNextPtr: usize,
  gradHPtr: usize,
  gradOutPtr: usize,
  at: usize,
  single: bool,
): void {
  const h = loadLanes(sumsPtr, single);
  storeLanes(hNextPtr, h, single);
  let dh = loadLanes(gradHPtr, single);
  if (gradOutPtr) dh = f32x4.add(dh, loadLanes(gradOutPtr + at, single));
  const slope = relu
    ? v128.and(f32x4.splat(1), f32x4.gt(h, f32x4.splat(0)))
    : nmadd(h, h, f32x4.splat(1));
  storeLanes(sumsPtr, f32x4.mul(dh, slope), single);
}
