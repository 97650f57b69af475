/**
 * @file exp, tanh and the sigmoid of four numbers at a time, each within 2 units in the last place
 * of the exact value over the whole range (`elementwise.test.ts` in the library measures it).
 */

import { madd, nmadd } from "./lanes";

/** e^x in two parts, mantissa and power: x = n·ln 2 + r, and e^r by a polynomial (Cephes). */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // Beyond these the result is 0 or ∞ anyway. min and max hand NaN on.
  x = f32x4.max(f32x4.splat(-104), f32x4.min(f32x4.splat(89), x));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));

  // ln 2 in two pieces; n times the first is exact.
  let r = nmadd(n, f32x4.splat(0.693359375), x);
  r = nmadd(n, f32x4.splat(-2.12194440e-4), r);

  let p = f32x4.splat(1.9875691500e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1));

  // 2^n as 2^(n/2) · 2^(n − n/2): n reaches from −150 to 128, one exponent does not.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const low = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(whole, half), i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(p, low), high);
}

/**
 * e^x for x ≤ 0 where only 1 ± e^x is wanted: the same without the second factor. What lies below
 * x = −87 is taken as −87: 1 is not changed by either.
 */
// @ts-ignore: decorator
@inline
function expOfNegative4(x: v128): v128 {
  x = f32x4.max(f32x4.splat(-87), x);
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  let r = nmadd(n, f32x4.splat(0.693359375), x);
  r = nmadd(n, f32x4.splat(-2.12194440e-4), r);

  let p = f32x4.splat(1.9875691500e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/**
 * 1/(1 + e^−x), as e^x/(1 + e^x) where x < 0, so that small results keep their digits. There the
 * sum 1 + e^x also loses `lost`, which would make the error 2.3 units; dividing by s + lost takes
 * it down to 1.8:  e/(s + lost) ≈ q − q·lost/s  and  1/s = 1 − q.
 */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const negative = f32x4.lt(x, f32x4.splat(0));
  const s = f32x4.add(one, e);
  const q = f32x4.div(v128.bitselect(e, one, negative), s);
  const lost = v128.and(f32x4.sub(e, f32x4.sub(s, one)), negative);
  return nmadd(f32x4.mul(q, lost), f32x4.sub(one, q), q);
}

/** tanh x: a polynomial near 0 (Cephes), and (1 − e^−2|x|)/(1 + e^−2|x|) elsewhere. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const one = f32x4.splat(1);
  const e = expOfNegative4(f32x4.mul(size, f32x4.splat(-2)));
  const far = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));

  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = madd(p, z, f32x4.splat(2.06390887954e-2));
  p = madd(p, z, f32x4.splat(-5.37397155531e-2));
  p = madd(p, z, f32x4.splat(1.33314422036e-1));
  p = madd(p, z, f32x4.splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, z), size, size);
  const magnitude = v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.625)));
  return v128.bitselect(x, magnitude, i32x4.splat(<i32>0x80000000)); // the sign of x
}
