/**
 * @file One step of each optimizer, for numbers start ≤ i < end. The formulas stand at the top of
 * the library's `optim/*.ts`, and here in each comment as a loop.
 *
 * Ranges begin at multiples of four, and arrays have room for whole vectors: the last one may reach
 * past `end`. A state that the settings do not ask for has address 0.
 */

import { madd, nmadd } from "./lanes";

/**
 *   for i in start..end:
 *     g = grad[i] + decay · x[i]
 *     if buffer:  b = buffer[i] = momentum · buffer[i] + share · g
 *                 g = nesterov ? g + momentum · b : b
 *     x[i] −= lr · g
 */
export function sgdStep(
  start: i32,
  end: i32,
  xPtr: usize,
  bufferPtr: usize,
  gradPtr: usize,
  lr: f32,
  momentum: f32,
  share: f32,
  decay: f32,
  nesterov: bool,
): void {
  const stop = (<usize>end) << 2;
  for (let at = (<usize>start) << 2; at < stop; at += 16) {
    const x = v128.load(xPtr + at);
    let g = madd(f32x4.splat(decay), x, v128.load(gradPtr + at));
    if (bufferPtr) {
      const kept = f32x4.mul(f32x4.splat(momentum), v128.load(bufferPtr + at));
      const b = madd(f32x4.splat(share), g, kept);
      v128.store(bufferPtr + at, b);
      g = nesterov ? madd(f32x4.splat(momentum), b, g) : b;
    }
    v128.store(xPtr + at, nmadd(f32x4.splat(lr), g, x));
  }
}

/**
 *   for i in start..end:
 *     g = grad[i] + pull · x[i]
 *     m[i] += (1 − β₁) · (g − m[i])
 *     v[i] = β₂ · v[i] + (1 − β₂) · g²
 *     largest = vMax ? vMax[i] = max(vMax[i], v[i]) : v[i]
 *     x[i] −= stepSize · m[i] / (√largest · vScale + eps) + shrink · x[i]
 */
export function adamStep(
  start: i32,
  end: i32,
  xPtr: usize,
  mPtr: usize,
  vPtr: usize,
  vMaxPtr: usize,
  gradPtr: usize,
  stepSize: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  oneMinusBeta2: f32,
  vScale: f32,
  eps: f32,
  pull: f32,
  shrink: f32,
): void {
  const stop = (<usize>end) << 2;
  for (let at = (<usize>start) << 2; at < stop; at += 16) {
    const x = v128.load(xPtr + at);
    const g = madd(f32x4.splat(pull), x, v128.load(gradPtr + at));

    let m = v128.load(mPtr + at);
    m = madd(f32x4.splat(oneMinusBeta1), f32x4.sub(g, m), m);
    v128.store(mPtr + at, m);

    const kept = f32x4.mul(f32x4.splat(beta2), v128.load(vPtr + at));
    let v = madd(f32x4.mul(f32x4.splat(oneMinusBeta2), g), g, kept);
    v128.store(vPtr + at, v);
    if (vMaxPtr) {
      v = f32x4.pmax(v128.load(vMaxPtr + at), v);
      v128.store(vMaxPtr + at, v);
    }

    const divisor = madd(f32x4.sqrt(v), f32x4.splat(vScale), f32x4.splat(eps));
    const step = f32x4.div(f32x4.mul(f32x4.splat(stepSize), m), divisor);
    v128.store(xPtr + at, f32x4.sub(x, madd(f32x4.splat(shrink), x, step)));
  }
}

/**
 *   for i in start..end:
 *     g = grad[i] + decay · x[i]
 *     size = squares[i] = alpha · squares[i] + (1 − alpha) · g²
 *     if average:  a = average[i] += (1 − alpha) · (g − average[i]);  size = max(0, size − a²)
 *     g = g / (√size + eps)
 *     if buffer:  g = buffer[i] = momentum · buffer[i] + g
 *     x[i] −= lr · g
 */
export function rmspropStep(
  start: i32,
  end: i32,
  xPtr: usize,
  squaresPtr: usize,
  averagePtr: usize,
  bufferPtr: usize,
  gradPtr: usize,
  lr: f32,
  alpha: f32,
  oneMinusAlpha: f32,
  eps: f32,
  decay: f32,
  momentum: f32,
): void {
  const stop = (<usize>end) << 2;
  for (let at = (<usize>start) << 2; at < stop; at += 16) {
    const x = v128.load(xPtr + at);
    let g = madd(f32x4.splat(decay), x, v128.load(gradPtr + at));

    const kept = f32x4.mul(f32x4.splat(alpha), v128.load(squaresPtr + at));
    let size = madd(f32x4.mul(f32x4.splat(oneMinusAlpha), g), g, kept);
    v128.store(squaresPtr + at, size);
    if (averagePtr) {
      let a = v128.load(averagePtr + at);
      a = madd(f32x4.splat(oneMinusAlpha), f32x4.sub(g, a), a);
      v128.store(averagePtr + at, a);
      size = f32x4.max(f32x4.splat(0), nmadd(a, a, size));
    }

    g = f32x4.div(g, f32x4.add(f32x4.sqrt(size), f32x4.splat(eps)));
    if (bufferPtr) {
      g = madd(f32x4.splat(momentum), v128.load(bufferPtr + at), g);
      v128.store(bufferPtr + at, g);
    }
    v128.store(xPtr + at, nmadd(f32x4.splat(lr), g, x));
  }
}

/**
 *   for i in start..end:
 *     g = grad[i] + decay · x[i]
 *     sums[i] += g²
 *     x[i] −= lr · g / (√sums[i] + eps)
 */
export function adagradStep(
  start: i32,
  end: i32,
  xPtr: usize,
  sumsPtr: usize,
  gradPtr: usize,
  lr: f32,
  decay: f32,
  eps: f32,
): void {
  const stop = (<usize>end) << 2;
  for (let at = (<usize>start) << 2; at < stop; at += 16) {
    const x = v128.load(xPtr + at);
    const g = madd(f32x4.splat(decay), x, v128.load(gradPtr + at));
    const sum = madd(g, g, v128.load(sumsPtr + at));
    v128.store(sumsPtr + at, sum);
    const divisor = f32x4.add(f32x4.sqrt(sum), f32x4.splat(eps));
    v128.store(xPtr + at, f32x4.sub(x, f32x4.div(f32x4.mul(f32x4.splat(lr), g), divisor)));
  }
}
