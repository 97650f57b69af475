/**
 * @file The gates of one GRU step, forward and backward, for rows start ≤ row < end.
 *
 * `nrzu` [rows, 4H] holds [n | r | z | u], where u = U·h + b′ is the hidden part of n. In this
 * order the sums over the input are its first three parts and the sums over h its last three, so
 * either is one matrix product. Before a step it holds sums, after it (when training) the gates,
 * and after the step backward the gradients of the sums.
 */

import { loadLanes, madd, nmadd, storeLanes } from "./lanes";
import { gate4, tanh4 } from "./math";

/**
 *   r, z = σ(…)   n = tanh(… + r ⊙ u)
 *   h′ = (1 − z) ⊙ n + z ⊙ h = n + z ⊙ (h − n)
 *
 * `h` [rows, H] changes in place; h′ also goes to `out`, whose rows lie `outStride` bytes apart.
 * When training, `hPrevPtr` is where h is kept for backward; otherwise it is 0.
 */
export function gruStep(
  start: i32,
  end: i32,
  H: i32,
  nrzuPtr: usize,
  hPtr: usize,
  outPtr: usize,
  outStride: usize,
  hPrevPtr: usize,
): void {
  const bytes = <usize>H << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const n = nrzuPtr + r * 4 * bytes;
    const h = hPtr + r * bytes;
    const out = outPtr + r * outStride;
    const hPrev = hPrevPtr ? hPrevPtr + r * bytes : 0;
    let at: usize = 0;
    for (; at < vectors; at += 16) stepLanes(n + at, bytes, h + at, out + at, hPrev, at, false);
    for (; at < bytes; at += 4) stepLanes(n + at, bytes, h + at, out + at, hPrev, at, true);
  }
}

@inline
function stepLanes(
  nPtr: usize,
  bytes: usize,
  hPtr: usize,
  outPtr: usize,
  hPrevPtr: usize,
  at: usize,
  single: bool,
): void {
  const rPtr = nPtr + bytes;
  const zPtr = rPtr + bytes;
  const uPtr = zPtr + bytes;
  const r = gate4(loadLanes(rPtr, single));
  const z = gate4(loadLanes(zPtr, single));
  const n = tanh4(madd(r, loadLanes(uPtr, single), loadLanes(nPtr, single)));
  const h = loadLanes(hPtr, single);
  const hNext = madd(z, f32x4.sub(h, n), n);
  storeLanes(hPtr, hNext, single);
  storeLanes(outPtr, hNext, single);
  if (hPrevPtr) {
    storeLanes(nPtr, n, single);
    storeLanes(rPtr, r, single);
    storeLanes(zPtr, z, single);
    storeLanes(hPrevPtr + at, h, single);
  }
}

/**
 *   dh = gradH + gradOut
 *   dn = dh ⊙ (1 − z) ⊙ (1 − n²)         dz = dh ⊙ (h − n) ⊙ z ⊙ (1 − z)
 *   dr = dn ⊙ u ⊙ r ⊙ (1 − r)            du = dn ⊙ r
 *   gradH = dh ⊙ z                        what reaches h directly; the rest is [dr | dz | du]·U
 *
 * `nrzu` becomes [dn | dr | dz | du]. `gradOutPtr` may be 0.
 */
export function gruStepBackward(
  start: i32,
  end: i32,
  H: i32,
  nrzuPtr: usize,
  hPrevPtr: usize,
  gradHPtr: usize,
  gradOutPtr: usize,
  gradOutStride: usize,
): void {
  const bytes = <usize>H << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const n = nrzuPtr + r * 4 * bytes;
    const rowAt = r * bytes;
    const gradOut = gradOutPtr ? gradOutPtr + r * gradOutStride : 0;
    let at: usize = 0;
    for (; at < vectors; at += 16) {
      const to = rowAt + at;
      backwardLanes(n + at, bytes, hPrevPtr + to, gradHPtr + to, gradOut, at, false);
    }
    for (; at < bytes; at += 4) {
      const to = rowAt + at;
      backwardLanes(n + at, bytes, hPrevPtr + to, gradHPtr + to, gradOut, at, true);
    }
  }
}

@inline
function backwardLanes(
  nPtr: usize,
  bytes: usize,
  hPrevPtr: usize,
  gradHPtr: usize,
  gradOutPtr: usize,
  at: usize,
  single: bool,
): void {
  const rPtr = nPtr + bytes;
  const zPtr = rPtr + bytes;
  const uPtr = zPtr + bytes;
  const n = loadLanes(nPtr, single);
  const r = loadLanes(rPtr, single);
  const z = loadLanes(zPtr, single);
  const u = loadLanes(uPtr, single);
  const h = loadLanes(hPrevPtr, single);

  let dh = loadLanes(gradHPtr, single);
  if (gradOutPtr) dh = f32x4.add(dh, loadLanes(gradOutPtr + at, single));
  const one = f32x4.splat(1);
  const dhZ = f32x4.mul(dh, z);
  const keep = f32x4.sub(one, z);
  const dn = f32x4.mul(f32x4.mul(dh, keep), nmadd(n, n, one));
  const du = f32x4.mul(dn, r);
  storeLanes(gradHPtr, dhZ, single);
  storeLanes(nPtr, dn, single);
  storeLanes(rPtr, f32x4.mul(f32x4.mul(du, u), f32x4.sub(one, r)), single);
  storeLanes(zPtr, f32x4.mul(f32x4.mul(dhZ, keep), f32x4.sub(h, n)), single);
  storeLanes(uPtr, du, single);
}
