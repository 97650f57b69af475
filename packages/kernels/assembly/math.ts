/**
 * @file exp, tanh and the sigmoid of four numbers at a time. Worst errors measured over the whole
 * range, in units in the last place (`elementwise.test.ts` of the library holds them to 2):
 *
 *   exp4 1.1    sigmoid4 1.9    tanh4 1.9    gate4 2.4
 *
 * All start from x = n·ln 2 + r, so that eˣ = 2ⁿ·eʳ with |r| ≤ ln 2 / 2, and from the polynomial
 * q = eʳ − 1 (Cephes' expf). NaN comes out as NaN: min and max are taken in the order that hands
 * it on.
 */

import { madd, nmadd, select } from "./lanes";

/**
 * The constants lie in memory: V8 14 builds a vector constant anew wherever it is used, in several
 * instructions, and reads one in a single instruction. The gates run 1.6 times as fast for it.
 */
const TABLE: usize = memory.data<f32>([
  1.44269504088896341, 12582912, 0.693359375, -2.12194440e-4, 1.9875691500e-4, 1.3981999507e-3,
  8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 89, -104, -87, -0.0,
]);

// Where in the table each of them is; `constant(ONE)` is four ones.

const LOG2_E: usize = 0;
/**
 * 1.5 · 2²³: added to a small number, it leaves that number, rounded, in the lowest bits. The shift
 * that makes an exponent of it drops the rest.
 */
const MAGIC: usize = 1;
/** ln 2 in two pieces: a whole number times the first is exact. */
const LN2_HIGH: usize = 2;
const LN2_LOW: usize = 3;
/** The polynomial's coefficients, highest power first. */
const P: usize = 4;
const ONE: usize = 10;
/** Above it eˣ is ∞, below it 0. */
const LARGEST: usize = 11;
const SMALLEST: usize = 12;
/** Down to here one exponent can express 2ⁿ. */
const SMALLEST_NORMAL: usize = 13;
const SIGN_BIT: usize = 14;

const MAGIC_BITS: i32 = 0x4b400000;

@inline
function constant(index: usize): v128 {
  return v128.load32_splat(TABLE + (index << 2));
}

/** n in the lowest bits. */
@inline
function exponentOf(x: v128): v128 {
  return madd(x, constant(LOG2_E), constant(MAGIC));
}

/** q = eʳ − 1, exact to the last bit or so even where it is tiny. */
@inline
function expOfRestMinusOne(x: v128, exponent: v128): v128 {
  const n = f32x4.sub(exponent, constant(MAGIC));
  let r = nmadd(n, constant(LN2_HIGH), x);
  r = nmadd(n, constant(LN2_LOW), r);

  let p = constant(P);
  p = madd(p, r, constant(P + 1));
  p = madd(p, r, constant(P + 2));
  p = madd(p, r, constant(P + 3));
  p = madd(p, r, constant(P + 4));
  p = madd(p, r, constant(P + 5));
  return madd(p, f32x4.mul(r, r), r);
}

/** 2ⁿ for n ≥ −126 in the lowest bits. */
@inline
function powerOfTwo(exponent: v128): v128 {
  return i32x4.shl(i32x4.add(exponent, i32x4.splat(127)), 23);
}

/** −|x|, not below −87. */
@inline
function negativeSize(x: v128): v128 {
  return f32x4.pmax(v128.or(x, constant(SIGN_BIT)), constant(SMALLEST_NORMAL));
}

/** eˣ */
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, constant(LARGEST)), constant(SMALLEST));
  const exponent = exponentOf(x);
  const y = f32x4.add(expOfRestMinusOne(x, exponent), constant(ONE));

  // 2ⁿ as 2^(n/2) · 2^(n − n/2): n reaches from −150 to 128, one exponent does not.
  const n = i32x4.sub(exponent, i32x4.splat(MAGIC_BITS));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/**
 * 1/(1 + e^−x), as eˣ/(1 + eˣ) where x < 0, so that small results keep their digits. There the sum
 * s = 1 + eˣ also loses `lost`, which would make the error 2.4 units; dividing by s + lost takes it
 * below 2:  e/(s + lost) ≈ q − q·lost/s  and  1/s = 1 − q.
 */
@inline
export function sigmoid4(x: v128): v128 {
  const one = constant(ONE);
  const e = exp4(v128.or(x, constant(SIGN_BIT)));
  const negative = f32x4.lt(x, f32x4.splat(0));
  const s = f32x4.add(one, e);
  const q = f32x4.div(select(e, one, negative), s);
  const lost = v128.and(f32x4.sub(e, f32x4.sub(s, one)), negative);
  return nmadd(f32x4.mul(q, lost), f32x4.sub(one, q), q);
}

/** The sigmoid of a gate: a third cheaper, and 10⁻³⁸ where the exact value is smaller still. */
@inline
export function gate4(x: v128): v128 {
  const one = constant(ONE);
  const size = negativeSize(x);
  const exponent = exponentOf(size);
  const power = powerOfTwo(exponent);
  const e = madd(expOfRestMinusOne(size, exponent), power, power);
  return f32x4.div(select(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}

/**
 * tanh |x| = (1 − e)/(1 + e) with e = e^−2|x| = 2ⁿ + 2ⁿ·q. Written as (1 − 2ⁿ) − 2ⁿ·q, the
 * numerator keeps its digits near 0 too, where n = 0.
 */
@inline
export function tanh4(x: v128): v128 {
  const one = constant(ONE);
  const size = negativeSize(f32x4.add(x, x));
  const exponent = exponentOf(size);
  const power = powerOfTwo(exponent);
  const q = expOfRestMinusOne(size, exponent);
  const numerator = nmadd(power, q, f32x4.sub(one, power));
  const y = f32x4.div(numerator, madd(power, q, f32x4.add(one, power)));
  return v128.bitselect(x, y, constant(SIGN_BIT)); // with the sign of x
}
