/**
 * @file One step of minGRU and minLSTM, forward and backward, for rows start ≤ row < end.
 *
 * The gates do not see h, so all of them are known before the loop over time begins, and a step is
 * the linear recurrence h′ = (1 − z) ⊙ h + z ⊙ v = h + z ⊙ (v − h).
 *
 *   minGRU    z = σ(…)                          gates [rows, 2H] hold [z | v]
 *   minLSTM   f, i = σ(…)   z = i / (f + i)     gates [rows, 3H] hold [f | i | v], if `lstm`
 *
 * v is its sum itself or, if `positive`, g of it: a + ½ where a ≥ 0, and σ(a) elsewhere. Before a
 * step `gates` hold sums, after it (when training) what the formulas name, and after the step
 * backward the gradients of the sums.
 */

import { loadLanes, madd, select, storeLanes } from "./lanes";
import { gate4 } from "./math";

/**
 * `h` [rows, H] changes in place; h′ also goes to `out`, whose rows lie `outStride` bytes apart.
 * When training, `hPrevPtr` is where h is kept for backward; otherwise it is 0.
 */
export function minStep(
  start: i32,
  end: i32,
  H: i32,
  lstm: i32,
  positive: i32,
  gatesPtr: usize,
  hPtr: usize,
  outPtr: usize,
  outStride: usize,
  hPrevPtr: usize,
): void {
  const bytes = <usize>H << 2;
  const vectors = bytes & ~15;
  const toV = lstm ? 2 * bytes : bytes;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const gates = gatesPtr + r * (toV + bytes);
    const v = gates + toV;
    const h = hPtr + r * bytes;
    const out = outPtr + r * outStride;
    const hPrev = hPrevPtr ? hPrevPtr + r * bytes : 0;
    let at: usize = 0;
    for (; at < vectors; at += 16)
      stepLanes(lstm, positive, gates + at, bytes, v + at, h + at, out + at, hPrev, at, false);
    for (; at < bytes; at += 4)
      stepLanes(lstm, positive, gates + at, bytes, v + at, h + at, out + at, hPrev, at, true);
  }
}

@inline
function stepLanes(
  lstm: i32,
  positive: i32,
  gatesPtr: usize,
  bytes: usize,
  vPtr: usize,
  hPtr: usize,
  outPtr: usize,
  hPrevPtr: usize,
  at: usize,
  single: bool,
): void {
  const first = gate4(loadLanes(gatesPtr, single));
  let z = first;
  if (lstm) {
    const i = gate4(loadLanes(gatesPtr + bytes, single));
    if (hPrevPtr) storeLanes(gatesPtr + bytes, i, single);
    z = shareOf(first, i);
  }
  const v = content4(loadLanes(vPtr, single), positive);
  const h = loadLanes(hPtr, single);
  const hNext = madd(z, f32x4.sub(v, h), h);
  storeLanes(hPtr, hNext, single);
  storeLanes(outPtr, hNext, single);
  if (hPrevPtr) {
    storeLanes(gatesPtr, first, single);
    storeLanes(vPtr, v, single);
    storeLanes(hPrevPtr + at, h, single);
  }
}

/**
 *   dh = gradH + gradOut      gradH = dh ⊙ (1 − z)
 *   dz = gradH ⊙ z ⊙ (v − h)                   the gradient of z's own sum, or
 *   df = −dz ⊙ (1 − f), di = dz ⊙ (1 − i)      of those of f and i
 *   dv = dh ⊙ z ⊙ v′
 *
 * `gradOutPtr` may be 0.
 */
export function minStepBackward(
  start: i32,
  end: i32,
  H: i32,
  lstm: i32,
  positive: i32,
  gatesPtr: usize,
  hPrevPtr: usize,
  gradHPtr: usize,
  gradOutPtr: usize,
  gradOutStride: usize,
): void {
  const bytes = <usize>H << 2;
  const vectors = bytes & ~15;
  const toV = lstm ? 2 * bytes : bytes;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const gates = gatesPtr + r * (toV + bytes);
    const v = gates + toV;
    const hPrev = hPrevPtr + r * bytes;
    const gradH = gradHPtr + r * bytes;
    const gradOut = gradOutPtr ? gradOutPtr + r * gradOutStride : 0;
    let at: usize = 0;
    for (; at < vectors; at += 16)
      // prettier-ignore
      backwardLanes(lstm, positive, gates + at, bytes, v + at, hPrev + at, gradH + at, gradOut, at, false);
    for (; at < bytes; at += 4)
      // prettier-ignore
      backwardLanes(lstm, positive, gates + at, bytes, v + at, hPrev + at, gradH + at, gradOut, at, true);
  }
}

@inline
function backwardLanes(
  lstm: i32,
  positive: i32,
  gatesPtr: usize,
  bytes: usize,
  vPtr: usize,
  hPrevPtr: usize,
  gradHPtr: usize,
  gradOutPtr: usize,
  at: usize,
  single: bool,
): void {
  const first = loadLanes(gatesPtr, single);
  const i = lstm ? loadLanes(gatesPtr + bytes, single) : first;
  const z = lstm ? shareOf(first, i) : first;
  const v = loadLanes(vPtr, single);
  const h = loadLanes(hPrevPtr, single);

  let dh = loadLanes(gradHPtr, single);
  if (gradOutPtr) dh = f32x4.add(dh, loadLanes(gradOutPtr + at, single));
  const dhZ = f32x4.mul(dh, z);
  const kept = f32x4.sub(dh, dhZ);
  const dz = f32x4.mul(f32x4.mul(kept, z), f32x4.sub(v, h));
  storeLanes(gradHPtr, kept, single);
  storeLanes(vPtr, f32x4.mul(dhZ, contentSlope4(v, positive)), single);
  if (lstm) {
    const one = f32x4.splat(1);
    storeLanes(gatesPtr, f32x4.mul(dz, f32x4.sub(first, one)), single);
    storeLanes(gatesPtr + bytes, f32x4.mul(dz, f32x4.sub(one, i)), single);
  } else {
    storeLanes(gatesPtr, dz, single);
  }
}

/** i / (f + i); `gate4` keeps both above 10⁻³⁸. */
@inline
function shareOf(f: v128, i: v128): v128 {
  return f32x4.div(i, f32x4.add(f, i));
}

@inline
function content4(a: v128, positive: i32): v128 {
  if (!positive) return a;
  return select(f32x4.add(a, f32x4.splat(0.5)), gate4(a), f32x4.ge(a, f32x4.splat(0)));
}

/** dv/da from v, which is ½ where a is 0: 1 above, v·(1 − v) below. */
@inline
function contentSlope4(v: v128, positive: i32): v128 {
  const one = f32x4.splat(1);
  if (!positive) return one;
  return select(one, f32x4.mul(v, f32x4.sub(one, v)), f32x4.ge(v, f32x4.splat(0.5)));
}
