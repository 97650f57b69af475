/**
 * @file Matrix products: c = a·b + bias, or c += a·b, with b packed as `pack.ts` says.
 *
 *   for row in start..end, col in 0..n:
 *     c[row][col] = (accumulate ? c[row][col] : bias[col]) + Σₚ a[row][p] · b[p][col]
 */

import { block } from "./gemm-block";
import { EDGE_BYTES, privatePtr, TRANSPOSED_ROWS, TURNED_STRIDE } from "./memory";
import { K_BLOCK, padded, transposeA } from "./pack";
import { FROM_BIAS, FROM_C, FROM_ZERO } from "./tiles";

/**
 * Rows start ≤ row < end of c. Strides `lda` and `ldc` are in bytes. `biasPtr` is 0, or points at
 * n float32 filled up to whole panels.
 */
export function gemm(
  start: i32,
  end: i32,
  n: i32,
  k: i32,
  aPtr: usize,
  lda: usize,
  bPtr: usize,
  cPtr: usize,
  ldc: usize,
  biasPtr: usize,
  accumulate: i32,
): void {
  if (start >= end || n <= 0) return;
  aPtr += <usize>start * lda;
  cPtr += <usize>start * ldc;
  const rows = end - start;
  const from = accumulate ? FROM_C : biasPtr ? FROM_BIAS : FROM_ZERO;
  // Even with k = 0 there is a bias or a zero to store.
  let k0 = 0;
  do {
    const kc = min(K_BLOCK, k - k0);
    const a = aPtr + (<usize>k0 << 2);
    block(rows, n, kc, a, lda, blockOf(bPtr, k0, n), cPtr, ldc, k0 ? FROM_C : from, biasPtr);
    k0 += K_BLOCK;
  } while (k0 < k);
}

/**
 * The same for a stored [k, m]: c = aᵀ·b. Rows start ≤ row < end of c are columns of a.
 */
export function gemmTransA(
  start: i32,
  end: i32,
  n: i32,
  k: i32,
  aPtr: usize,
  lda: usize,
  bPtr: usize,
  cPtr: usize,
  ldc: usize,
  biasPtr: usize,
  accumulate: i32,
): void {
  if (start >= end || n <= 0) return;
  const from = accumulate ? FROM_C : biasPtr ? FROM_BIAS : FROM_ZERO;
  const turnedPtr = privatePtr + EDGE_BYTES;
  let k0 = 0;
  do {
    const kc = min(K_BLOCK, k - k0);
    const b = blockOf(bPtr, k0, n);
    for (let row = start; row < end; row += TRANSPOSED_ROWS) {
      const rows = min(TRANSPOSED_ROWS, end - row);
      const a = aPtr + <usize>k0 * lda + (<usize>row << 2);
      const c = cPtr + <usize>row * ldc;
      transposeA(rows, kc, a, lda, turnedPtr, TURNED_STRIDE);
      block(rows, n, kc, turnedPtr, TURNED_STRIDE, b, c, ldc, k0 ? FROM_C : from, biasPtr);
    }
    k0 += K_BLOCK;
  } while (k0 < k);
}

/**
 * Two such products with one a, which is turned over only once: the gradients of a recurrent
 * layer's weights, with a the gradients of its gates.
 *
 *   c = aᵀ·b   and   d = aᵀ·e
 *
 * Either is left out if its packed right-hand side, `bPtr` or `ePtr`, is 0.
 */
export function gemmTransATwice(
  start: i32,
  end: i32,
  k: i32,
  aPtr: usize,
  lda: usize,
  bn: i32,
  bPtr: usize,
  cPtr: usize,
  en: i32,
  ePtr: usize,
  dPtr: usize,
): void {
  const turnedPtr = privatePtr + EDGE_BYTES;
  const ldc = <usize>bn << 2;
  const ldd = <usize>en << 2;
  for (let k0 = 0; k0 < k; k0 += K_BLOCK) {
    const kc = min(K_BLOCK, k - k0);
    const from = k0 ? FROM_C : FROM_ZERO;
    for (let row = start; row < end; row += TRANSPOSED_ROWS) {
      const rows = min(TRANSPOSED_ROWS, end - row);
      transposeA(rows, kc, aPtr + <usize>k0 * lda + (<usize>row << 2), lda, turnedPtr, TURNED_STRIDE);
      if (bPtr) {
        const c = cPtr + <usize>row * ldc;
        block(rows, bn, kc, turnedPtr, TURNED_STRIDE, blockOf(bPtr, k0, bn), c, ldc, from, 0);
      }
      if (ePtr) {
        const d = dPtr + <usize>row * ldd;
        block(rows, en, kc, turnedPtr, TURNED_STRIDE, blockOf(ePtr, k0, en), d, ldd, from, 0);
      }
    }
  }
}

@inline
function blockOf(bPtr: usize, k0: i32, n: i32): usize {
  return bPtr + ((<usize>k0 * <usize>padded(n)) << 2);
}
