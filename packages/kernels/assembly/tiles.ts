/**
 * @file The innermost loops of a matrix product: a tile of c that stays in registers.
 *
 *   for k:  c[row][col] += a[row][k] * b[k][col]      for every row and column of the tile
 *
 * Every element has one running sum that takes its terms in order of k, whatever the tile's shape.
 * So a row's result does not depend on how many rows are computed beside it, nor on who does it.
 */

import { madd } from "./lanes";

/** Where a tile's sums begin. */
@inline export const FROM_ZERO: i32 = 0;
@inline export const FROM_BIAS: i32 = 1;
@inline export const FROM_C: i32 = 2;

@inline
function begin(from: i32, biasPtr: usize, cPtr: usize): v128 {
  if (from == FROM_C) return v128.load(cPtr);
  return from == FROM_BIAS ? v128.load(biasPtr) : f32x4.splat(0);
}

/**
 * `rows` × 8, at most 6 rows: twelve sums, two vectors of b and one number of a are 15 registers,
 * as many as a 128-bit machine has to give. Each row of a has its own pointer, because V8 11.3
 * spills six reads off one pointer; and k is not unrolled, which measured slower everywhere
 * (bench/tiles.mjs: 56 GFLOP/s as it is, 46 by twos and fours, of a ceiling of 55 to 56).
 */
@inline
function tile8(
  rows: i32,
  k: i32,
  aPtr: usize,
  lda: usize,
  bPtr: usize,
  cPtr: usize,
  ldc: usize,
  from: i32,
  biasPtr: usize,
): void {
  let a0 = aPtr;
  let a1 = a0 + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  let a4 = a3 + lda;
  let a5 = a4 + lda;
  const c1 = cPtr + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  const c4 = c3 + ldc;
  const c5 = c4 + ldc;
  const zero = f32x4.splat(0);

  let s00 = begin(from, biasPtr, cPtr);
  let s01 = begin(from, biasPtr + 16, cPtr + 16);
  let s10 = rows > 1 ? begin(from, biasPtr, c1) : zero;
  let s11 = rows > 1 ? begin(from, biasPtr + 16, c1 + 16) : zero;
  let s20 = rows > 2 ? begin(from, biasPtr, c2) : zero;
  let s21 = rows > 2 ? begin(from, biasPtr + 16, c2 + 16) : zero;
  let s30 = rows > 3 ? begin(from, biasPtr, c3) : zero;
  let s31 = rows > 3 ? begin(from, biasPtr + 16, c3 + 16) : zero;
  let s40 = rows > 4 ? begin(from, biasPtr, c4) : zero;
  let s41 = rows > 4 ? begin(from, biasPtr + 16, c4 + 16) : zero;
  let s50 = rows > 5 ? begin(from, biasPtr, c5) : zero;
  let s51 = rows > 5 ? begin(from, biasPtr + 16, c5 + 16) : zero;

  for (let p = 0; p < k; p++) {
    const b0 = v128.load(bPtr);
    const b1 = v128.load(bPtr, 16);
    bPtr += 32;

    const x0 = v128.load32_splat(a0);
    s00 = madd(x0, b0, s00);
    s01 = madd(x0, b1, s01);
    a0 += 4;
    if (rows > 1) {
      const x1 = v128.load32_splat(a1);
      s10 = madd(x1, b0, s10);
      s11 = madd(x1, b1, s11);
      a1 += 4;
    }
    if (rows > 2) {
      const x2 = v128.load32_splat(a2);
      s20 = madd(x2, b0, s20);
      s21 = madd(x2, b1, s21);
      a2 += 4;
    }
    if (rows > 3) {
      const x3 = v128.load32_splat(a3);
      s30 = madd(x3, b0, s30);
      s31 = madd(x3, b1, s31);
      a3 += 4;
    }
    if (rows > 4) {
      const x4 = v128.load32_splat(a4);
      s40 = madd(x4, b0, s40);
      s41 = madd(x4, b1, s41);
      a4 += 4;
    }
    if (rows > 5) {
      const x5 = v128.load32_splat(a5);
      s50 = madd(x5, b0, s50);
      s51 = madd(x5, b1, s51);
      a5 += 4;
    }
  }

  v128.store(cPtr, s00);
  v128.store(cPtr, s01, 16);
  if (rows > 1) {
    v128.store(c1, s10);
    v128.store(c1, s11, 16);
  }
  if (rows > 2) {
    v128.store(c2, s20);
    v128.store(c2, s21, 16);
  }
  if (rows > 3) {
    v128.store(c3, s30);
    v128.store(c3, s31, 16);
  }
  if (rows > 4) {
    v128.store(c4, s40);
    v128.store(c4, s41, 16);
  }
  if (rows > 5) {
    v128.store(c5, s50);
    v128.store(c5, s51, 16);
  }
}

// prettier-ignore
export function tile6x8(k: i32, aPtr: usize, lda: usize, bPtr: usize, cPtr: usize, ldc: usize, from: i32, biasPtr: usize): void {
  tile8(6, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
}
// prettier-ignore
export function tile5x8(k: i32, aPtr: usize, lda: usize, bPtr: usize, cPtr: usize, ldc: usize, from: i32, biasPtr: usize): void {
  tile8(5, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
}
// prettier-ignore
export function tile4x8(k: i32, aPtr: usize, lda: usize, bPtr: usize, cPtr: usize, ldc: usize, from: i32, biasPtr: usize): void {
  tile8(4, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
}
// prettier-ignore
export function tile3x8(k: i32, aPtr: usize, lda: usize, bPtr: usize, cPtr: usize, ldc: usize, from: i32, biasPtr: usize): void {
  tile8(3, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
}
// prettier-ignore
export function tile2x8(k: i32, aPtr: usize, lda: usize, bPtr: usize, cPtr: usize, ldc: usize, from: i32, biasPtr: usize): void {
  tile8(2, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
}
// prettier-ignore
export function tile1x8(k: i32, aPtr: usize, lda: usize, bPtr: usize, cPtr: usize, ldc: usize, from: i32, biasPtr: usize): void {
  tile8(1, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
}

/**
 * 1 × 32: four panels of b side by side. A single row has only two sums per panel, too few to
 * hide the latency of a multiply-add; with four panels it has eight.
 */
export function tile1x32(
  k: i32,
  aPtr: usize,
  bPtr: usize,
  panelBytes: usize,
  cPtr: usize,
  from: i32,
  biasPtr: usize,
): void {
  let b0 = bPtr;
  let b1 = b0 + panelBytes;
  let b2 = b1 + panelBytes;
  let b3 = b2 + panelBytes;
  let s0 = begin(from, biasPtr, cPtr);
  let s1 = begin(from, biasPtr + 16, cPtr + 16);
  let s2 = begin(from, biasPtr + 32, cPtr + 32);
  let s3 = begin(from, biasPtr + 48, cPtr + 48);
  let s4 = begin(from, biasPtr + 64, cPtr + 64);
  let s5 = begin(from, biasPtr + 80, cPtr + 80);
  let s6 = begin(from, biasPtr + 96, cPtr + 96);
  let s7 = begin(from, biasPtr + 112, cPtr + 112);

  for (let p = 0; p < k; p++) {
    const x = v128.load32_splat(aPtr);
    aPtr += 4;
    s0 = madd(x, v128.load(b0), s0);
    s1 = madd(x, v128.load(b0, 16), s1);
    b0 += 32;
    s2 = madd(x, v128.load(b1), s2);
    s3 = madd(x, v128.load(b1, 16), s3);
    b1 += 32;
    s4 = madd(x, v128.load(b2), s4);
    s5 = madd(x, v128.load(b2, 16), s5);
    b2 += 32;
    s6 = madd(x, v128.load(b3), s6);
    s7 = madd(x, v128.load(b3, 16), s7);
    b3 += 32;
  }

  v128.store(cPtr, s0);
  v128.store(cPtr, s1, 16);
  v128.store(cPtr, s2, 32);
  v128.store(cPtr, s3, 48);
  v128.store(cPtr, s4, 64);
  v128.store(cPtr, s5, 80);
  v128.store(cPtr, s6, 96);
  v128.store(cPtr, s7, 112);
}

/** 2 × 16: two panels of b side by side, for the same reason. */
export function tile2x16(
  k: i32,
  aPtr: usize,
  lda: usize,
  bPtr: usize,
  panelBytes: usize,
  cPtr: usize,
  ldc: usize,
  from: i32,
  biasPtr: usize,
): void {
  let a0 = aPtr;
  let a1 = aPtr + lda;
  let b0 = bPtr;
  let b1 = bPtr + panelBytes;
  const c1 = cPtr + ldc;
  let s00 = begin(from, biasPtr, cPtr);
  let s01 = begin(from, biasPtr + 16, cPtr + 16);
  let s02 = begin(from, biasPtr + 32, cPtr + 32);
  let s03 = begin(from, biasPtr + 48, cPtr + 48);
  let s10 = begin(from, biasPtr, c1);
  let s11 = begin(from, biasPtr + 16, c1 + 16);
  let s12 = begin(from, biasPtr + 32, c1 + 32);
  let s13 = begin(from, biasPtr + 48, c1 + 48);

  for (let p = 0; p < k; p++) {
    const x0 = v128.load32_splat(a0);
    const x1 = v128.load32_splat(a1);
    a0 += 4;
    a1 += 4;
    const y0 = v128.load(b0);
    s00 = madd(x0, y0, s00);
    s10 = madd(x1, y0, s10);
    const y1 = v128.load(b0, 16);
    s01 = madd(x0, y1, s01);
    s11 = madd(x1, y1, s11);
    b0 += 32;
    const y2 = v128.load(b1);
    s02 = madd(x0, y2, s02);
    s12 = madd(x1, y2, s12);
    const y3 = v128.load(b1, 16);
    s03 = madd(x0, y3, s03);
    s13 = madd(x1, y3, s13);
    b1 += 32;
  }

  v128.store(cPtr, s00);
  v128.store(cPtr, s01, 16);
  v128.store(cPtr, s02, 32);
  v128.store(cPtr, s03, 48);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c1, s12, 32);
  v128.store(c1, s13, 48);
}
