/**
 * @file The gates of one LSTM step, forward and backward, for rows start ≤ row < end.
 *
 * `ifgo` [rows, 4H] holds [i | f | g | o]: before a step the sums that go into the gates, after it
 * the gates themselves (when training), and after the step backward the gradients of those sums.
 */

import { loadLanes, madd, nmadd, storeLanes } from "./lanes";
import { gate4, tanh4 } from "./math";

/**
 *   i, f, o = σ(…)   g = tanh(…)
 *   c′ = f ⊙ c + i ⊙ g
 *   h′ = o ⊙ tanh(c′)
 *
 * `h` and `c` [rows, H] are the running state and change in place; h′ also goes to `out`, whose
 * rows lie `outStride` bytes apart. When training, `cPrevPtr` is where c is kept for backward;
 * otherwise it is 0 and neither c nor the gates are stored.
 */
export function lstmStep(
  start: i32,
  end: i32,
  H: i32,
  ifgoPtr: usize,
  hPtr: usize,
  cPtr: usize,
  outPtr: usize,
  outStride: usize,
  cPrevPtr: usize,
): void {
  const bytes = <usize>H << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const i = ifgoPtr + r * 4 * bytes;
    const h = hPtr + r * bytes;
    const c = cPtr + r * bytes;
    const out = outPtr + r * outStride;
    const cPrev = cPrevPtr ? cPrevPtr + r * bytes : 0;
    let at: usize = 0;
    for (; at < vectors; at += 16) stepLanes(i + at, bytes, h + at, c + at, out + at, cPrev, at, false);
    for (; at < bytes; at += 4) stepLanes(i + at, bytes, h + at, c + at, out + at, cPrev, at, true);
  }
}

@inline
function stepLanes(
  iPtr: usize,
  bytes: usize,
  hPtr: usize,
  cPtr: usize,
  outPtr: usize,
  cPrevPtr: usize,
  at: usize,
  single: bool,
): void {
  const fPtr = iPtr + bytes;
  const gPtr = fPtr + bytes;
  const oPtr = gPtr + bytes;
  const i = gate4(loadLanes(iPtr, single));
  const f = gate4(loadLanes(fPtr, single));
  const g = tanh4(loadLanes(gPtr, single));
  const o = gate4(loadLanes(oPtr, single));
  const c = loadLanes(cPtr, single);
  const cNext = madd(f, c, f32x4.mul(i, g));
  const hNext = f32x4.mul(o, tanh4(cNext));
  storeLanes(cPtr, cNext, single);
  storeLanes(hPtr, hNext, single);
  storeLanes(outPtr, hNext, single);
  if (cPrevPtr) {
    storeLanes(iPtr, i, single);
    storeLanes(fPtr, f, single);
    storeLanes(gPtr, g, single);
    storeLanes(oPtr, o, single);
    storeLanes(cPrevPtr + at, c, single);
  }
}

/**
 *   dh = gradH + gradOut             dc = gradC + dh ⊙ o ⊙ (1 − tanh²(c′))
 *   do = dh ⊙ tanh(c′) ⊙ o ⊙ (1 − o)
 *   di = dc ⊙ g ⊙ i ⊙ (1 − i)        df = dc ⊙ c ⊙ f ⊙ (1 − f)        dg = dc ⊙ i ⊙ (1 − g²)
 *   gradC = dc ⊙ f                   the gradient of c, for the step before
 *
 * `ifgo` becomes [di | df | dg | do]. c′ and h′ are computed again from what was kept, and h′ goes
 * to `hNextPtr` [rows, H] for the gradient of the weights. `gradOutPtr` may be 0.
 */
export function lstmStepBackward(
  start: i32,
  end: i32,
  H: i32,
  ifgoPtr: usize,
  cPrevPtr: usize,
  hNextPtr: usize,
  gradHPtr: usize,
  gradCPtr: usize,
  gradOutPtr: usize,
  gradOutStride: usize,
): void {
  const bytes = <usize>H << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const i = ifgoPtr + r * 4 * bytes;
    const rowAt = r * bytes;
    const gradOut = gradOutPtr ? gradOutPtr + r * gradOutStride : 0;
    let at: usize = 0;
    for (; at < vectors; at += 16) {
      const to = rowAt + at;
      // prettier-ignore
      backwardLanes(i + at, bytes, cPrevPtr + to, hNextPtr + to, gradHPtr + to, gradCPtr + to, gradOut, at, false);
    }
    for (; at < bytes; at += 4) {
      const to = rowAt + at;
      // prettier-ignore
      backwardLanes(i + at, bytes, cPrevPtr + to, hNextPtr + to, gradHPtr + to, gradCPtr + to, gradOut, at, true);
    }
  }
}

@inline
function backwardLanes(
  iPtr: usize,
  bytes: usize,
  cPrevPtr: usize,
  hNextPtr: usize,
  gradHPtr: usize,
  gradCPtr: usize,
  gradOutPtr: usize,
  at: usize,
  single: bool,
): void {
  const fPtr = iPtr + bytes;
  const gPtr = fPtr + bytes;
  const oPtr = gPtr + bytes;
  const i = loadLanes(iPtr, single);
  const f = loadLanes(fPtr, single);
  const g = loadLanes(gPtr, single);
  const o = loadLanes(oPtr, single);
  const c = loadLanes(cPrevPtr, single);
  const tanhC = tanh4(madd(f, c, f32x4.mul(i, g)));
  storeLanes(hNextPtr, f32x4.mul(o, tanhC), single);

  let dh = loadLanes(gradHPtr, single);
  if (gradOutPtr) dh = f32x4.add(dh, loadLanes(gradOutPtr + at, single));
  const one = f32x4.splat(1);
  const dhO = f32x4.mul(dh, o);
  const dc = madd(dhO, nmadd(tanhC, tanhC, one), loadLanes(gradCPtr, single));
  const dcI = f32x4.mul(dc, i);
  const dcF = f32x4.mul(dc, f);
  storeLanes(gradCPtr, dcF, single);
  storeLanes(iPtr, f32x4.mul(f32x4.mul(dcI, g), f32x4.sub(one, i)), single);
  storeLanes(fPtr, f32x4.mul(f32x4.mul(dcF, c), f32x4.sub(one, f)), single);
  storeLanes(gPtr, f32x4.mul(dcI, nmadd(g, g, one)), single);
  storeLanes(oPtr, f32x4.mul(f32x4.mul(dhO, tanhC), f32x4.sub(one, o)), single);
}
