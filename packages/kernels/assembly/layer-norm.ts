/**
 * @file Layer normalisation of rows, forward and backward.
 *
 * For each row forward leaves four numbers: its mean in two pieces, high + low, so that x − mean
 * keeps its digits where the mean is large; 1/√(var + eps); and nothing. Sums are float64.
 */

import { loadLanes, nmadd, storeLanes } from "./lanes";

@inline const ROW: usize = 16;

/**
 * Rows start ≤ row < end of x [rows, n]; `weightPtr` and `biasPtr` [n] may be 0.
 *
 *   for row in start..end:
 *     mean = Σ x[row] / n,  var = Σ (x[row] − mean)² / n
 *     y[row] = weight ⊙ (x[row] − mean) / √(var + eps) + bias
 */
export function layerNorm(
  start: i32,
  end: i32,
  n: i32,
  eps: f64,
  xPtr: usize,
  weightPtr: usize,
  biasPtr: usize,
  rowsPtr: usize,
  yPtr: usize,
): void {
  const bytes = <usize>n << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const x = xPtr + r * bytes;
    const y = yPtr + r * bytes;
    const kept = rowsPtr + r * ROW;

    let sums = f64x2.splat(0);
    let at: usize = 0;
    for (; at < vectors; at += 16) sums = f64x2.add(sums, pairs(v128.load(x + at)));
    for (; at < bytes; at += 4) sums = f64x2.add(sums, pairs(loadLanes(x + at, true)));
    const mean = total(sums) / <f64>n;
    const high = <f32>mean;
    store<f32>(kept, high);
    store<f32>(kept, <f32>(mean - <f64>high), 4);

    sums = f64x2.splat(0);
    for (at = 0; at < vectors; at += 16) {
      const d = deviation(x + at, kept, false);
      sums = f64x2.add(sums, pairs(f32x4.mul(d, d)));
    }
    for (; at < bytes; at += 4) {
      const d = f32x4.extract_lane(deviation(x + at, kept, true), 0);
      sums = f64x2.add(sums, f64x2(<f64>(d * d), 0));
    }
    store<f32>(kept, <f32>(1 / Math.sqrt(total(sums) / <f64>n + eps)), 8);

    for (at = 0; at < vectors; at += 16) affine(at, x, kept, weightPtr, biasPtr, y, false);
    for (; at < bytes; at += 4) affine(at, x, kept, weightPtr, biasPtr, y, true);
  }
}

@inline
function affine(
  at: usize,
  x: usize,
  kept: usize,
  weightPtr: usize,
  biasPtr: usize,
  y: usize,
  single: bool,
): void {
  let out = f32x4.mul(deviation(x + at, kept, single), v128.load32_splat(kept, 8));
  if (weightPtr) out = f32x4.mul(out, loadLanes(weightPtr + at, single));
  if (biasPtr) out = f32x4.add(out, loadLanes(biasPtr + at, single));
  storeLanes(y + at, out, single);
}

/**
 * The gradients, from x and what forward left for each row.
 *
 *   for row in start..end:
 *     g = gradY[row] ⊙ weight,  x̂ = (x[row] − mean) / √(var + eps)
 *     gradX[row] = (g − Σ g / n − x̂ · Σ (g ⊙ x̂) / n) / √(var + eps)
 *     gradWeight += gradY[row] ⊙ x̂,  gradBias += gradY[row]
 *
 * `gradWeight` and `gradBias` [n] are float64, and not split among ranges: each caller has its own.
 */
export function layerNormBackward(
  start: i32,
  end: i32,
  n: i32,
  xPtr: usize,
  weightPtr: usize,
  rowsPtr: usize,
  gradYPtr: usize,
  gradXPtr: usize,
  gradWeightPtr: usize,
  gradBiasPtr: usize,
): void {
  const bytes = <usize>n << 2;
  const vectors = bytes & ~15;
  for (let row = start; row < end; row++) {
    const r = <usize>row;
    const x = xPtr + r * bytes;
    const gradY = gradYPtr + r * bytes;
    const gradX = gradXPtr + r * bytes;
    const kept = rowsPtr + r * ROW;
    const inverse = v128.load32_splat(kept, 8);

    let sumG = f64x2.splat(0);
    let sumGX = f64x2.splat(0);
    let at: usize = 0;
    for (; at < vectors; at += 16) {
      const normal = f32x4.mul(deviation(x + at, kept, false), inverse);
      const grad = v128.load(gradY + at);
      addWide(gradBiasPtr + (at << 1), grad);
      addWide(gradWeightPtr + (at << 1), f32x4.mul(grad, normal));
      const g = weightPtr ? f32x4.mul(grad, v128.load(weightPtr + at)) : grad;
      sumG = f64x2.add(sumG, pairs(g));
      sumGX = f64x2.add(sumGX, pairs(f32x4.mul(g, normal)));
    }
    for (; at < bytes; at += 4) {
      const normal = f32x4.mul(deviation(x + at, kept, true), inverse);
      const grad = loadLanes(gradY + at, true); // and zeros, which the products keep
      addNarrow(gradBiasPtr + (at << 1), grad);
      addNarrow(gradWeightPtr + (at << 1), f32x4.mul(grad, normal));
      const g = weightPtr ? f32x4.mul(grad, loadLanes(weightPtr + at, true)) : grad;
      sumG = f64x2.add(sumG, f64x2.promote_low_f32x4(g));
      const gx = f32x4.extract_lane(f32x4.mul(g, normal), 0);
      sumGX = f64x2.add(sumGX, f64x2(<f64>gx, 0));
    }
    const meanG = f32x4.splat(<f32>(total(sumG) / <f64>n));
    const meanGX = f32x4.splat(<f32>(total(sumGX) / <f64>n));

    for (at = 0; at < vectors; at += 16) {
      gradLanes(at, x, kept, weightPtr, gradY, meanG, meanGX, gradX, false);
    }
    for (; at < bytes; at += 4) {
      gradLanes(at, x, kept, weightPtr, gradY, meanG, meanGX, gradX, true);
    }
  }
}

@inline
function gradLanes(
  at: usize,
  x: usize,
  kept: usize,
  weightPtr: usize,
  gradY: usize,
  meanG: v128,
  meanGX: v128,
  gradX: usize,
  single: bool,
): void {
  const inverse = v128.load32_splat(kept, 8);
  const normal = f32x4.mul(deviation(x + at, kept, single), inverse);
  let g = loadLanes(gradY + at, single);
  if (weightPtr) g = f32x4.mul(g, loadLanes(weightPtr + at, single));
  g = nmadd(normal, meanGX, f32x4.sub(g, meanG));
  storeLanes(gradX + at, f32x4.mul(g, inverse), single);
}

/** x − mean */
@inline
function deviation(ptr: usize, kept: usize, single: bool): v128 {
  const x = loadLanes(ptr, single);
  return f32x4.sub(f32x4.sub(x, v128.load32_splat(kept)), v128.load32_splat(kept, 4));
}

/** The four numbers as two sums of float64. */
@inline
function pairs(x: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(x), upper(x));
}

@inline
function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
}

@inline
function total(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Four float64 at `ptr` grow by x. */
@inline
function addWide(ptr: usize, x: v128): void {
  v128.store(ptr, f64x2.add(v128.load(ptr), f64x2.promote_low_f32x4(x)));
  v128.store(ptr, f64x2.add(v128.load(ptr, 16), upper(x)), 16);
}

@inline
function addNarrow(ptr: usize, x: v128): void {
  store<f64>(ptr, load<f64>(ptr) + <f64>f32x4.extract_lane(x, 0));
}
