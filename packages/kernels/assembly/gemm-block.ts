/**
 * @file One block of a matrix product: the order in which its tiles are computed.
 *
 * What is read again is still near: a stretch of 512 columns of b (512 KiB, in L2) serves all
 * rows, 24 rows of a (24 KiB, in L1) serve that whole stretch, and one panel of b (8 KiB, in L1)
 * serves those rows.
 */

import { TILE_ROWS } from "./lanes";
import { privatePtr } from "./memory";
import {
  FROM_C,
  tile1x32,
  tile1x8,
  tile2x16,
  tile2x8,
  tile3x8,
  tile4x8,
  tile5x8,
  tile6x8,
} from "./tiles";

/** Columns of b that stay in L2 while the rows go by. */
const N_BLOCK: i32 = 512;

/** Rows of a that stay in L1 while the panels go by; a multiple of both builds' tile rows. */
const M_BLOCK: i32 = 24;

/**
 * One block of k for some rows and all columns. `from` says where the sums begin (`tiles.ts`).
 *
 *   for row in 0..rows, col in 0..n:  c[row][col] = from + Σₚ a[row][p] · b[p][col]
 */
export function block(
  rows: i32,
  n: i32,
  k: i32,
  aPtr: usize,
  lda: usize,
  bPtr: usize,
  cPtr: usize,
  ldc: usize,
  from: i32,
  biasPtr: usize,
): void {
  if (rows == 1) return oneRow(n, k, aPtr, bPtr, cPtr, from, biasPtr);
  if (rows == 2) return twoRows(n, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);

  for (let col0 = 0; col0 < n; col0 += N_BLOCK) {
    const colEnd = min(n, col0 + N_BLOCK);
    let row = 0;
    while (row < rows) {
      const left = rows - row;
      // One or two rows left over for a block of their own would be slow: share.
      const count = left == M_BLOCK + 1 || left == M_BLOCK + 2 ? M_BLOCK - 6 : min(M_BLOCK, left);
      const a = aPtr + <usize>row * lda;
      const c = cPtr + <usize>row * ldc;
      for (let col = col0; col < colEnd; col += 8) {
        const b = bPtr + ((<usize>col * <usize>k) << 2);
        const at = <usize>col << 2;
        panel(count, min(8, n - col), k, a, lda, b, c + at, ldc, from, biasPtr + at);
      }
      row += count;
    }
  }
}

/** All rows of a block against one panel of b. */
function panel(
  rows: i32,
  cols: i32,
  k: i32,
  aPtr: usize,
  lda: usize,
  bPtr: usize,
  cPtr: usize,
  ldc: usize,
  from: i32,
  biasPtr: usize,
): void {
  let left = rows;
  while (left > 0) {
    const count = nextTile(left);
    if (cols == 8) tile(count, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
    else edgeTile(count, cols, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
    aPtr += <usize>count * lda;
    cPtr += <usize>count * ldc;
    left -= count;
  }
}

/** How many rows to take, so that no tile is left with one or two. */
@inline
function nextTile(left: i32): i32 {
  if (TILE_ROWS == 6) return left == 7 || left == 8 ? 4 : min(6, left);
  return left == 6 ? 3 : left == 5 ? 5 : min(4, left);
}

@inline
function tile(
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
  if (rows == 6) tile6x8(k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
  else if (rows == 4) tile4x8(k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
  else if (rows == 5) tile5x8(k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
  else if (rows == 3) tile3x8(k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
  else if (rows == 2) tile2x8(k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
  else tile1x8(k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
}

/** A tile with fewer than eight valid columns, computed to one side and copied over. */
function edgeTile(
  rows: i32,
  cols: i32,
  k: i32,
  aPtr: usize,
  lda: usize,
  bPtr: usize,
  cPtr: usize,
  ldc: usize,
  from: i32,
  biasPtr: usize,
): void {
  const edgePtr = privatePtr;
  if (from == FROM_C) copyColumns(rows, cols, cPtr, ldc, edgePtr, 32);
  tile(rows, k, aPtr, lda, bPtr, edgePtr, 32, from, biasPtr);
  copyColumns(rows, cols, edgePtr, 32, cPtr, ldc);
}

// prettier-ignore
function copyColumns(rows: i32, cols: i32, fromPtr: usize, fromStride: usize, toPtr: usize, toStride: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < <usize>cols << 2; at += 4) {
      store<f32>(toPtr + at, load<f32>(fromPtr + at));
    }
    fromPtr += fromStride;
    toPtr += toStride;
  }
}

// prettier-ignore
function oneRow(n: i32, k: i32, aPtr: usize, bPtr: usize, cPtr: usize, from: i32, biasPtr: usize): void {
  const panelBytes = <usize>k << 5;
  let col = 0;
  for (; col + 32 <= n; col += 32) {
    tile1x32(k, aPtr, bPtr, panelBytes, cPtr, from, biasPtr);
    bPtr += 4 * panelBytes;
    cPtr += 128;
    biasPtr += 128;
  }
  for (; col < n; col += 8) {
    if (col + 8 <= n) tile1x8(k, aPtr, 0, bPtr, cPtr, 0, from, biasPtr);
    else edgeTile(1, n - col, k, aPtr, 0, bPtr, cPtr, 0, from, biasPtr);
    bPtr += panelBytes;
    cPtr += 32;
    biasPtr += 32;
  }
}

// prettier-ignore
function twoRows(n: i32, k: i32, aPtr: usize, lda: usize, bPtr: usize, cPtr: usize, ldc: usize, from: i32, biasPtr: usize): void {
  const panelBytes = <usize>k << 5;
  let col = 0;
  for (; col + 16 <= n; col += 16) {
    tile2x16(k, aPtr, lda, bPtr, panelBytes, cPtr, ldc, from, biasPtr);
    bPtr += 2 * panelBytes;
    cPtr += 64;
    biasPtr += 64;
  }
  for (; col < n; col += 8) {
    if (col + 8 <= n) tile2x8(k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
    else edgeTile(2, n - col, k, aPtr, lda, bPtr, cPtr, ldc, from, biasPtr);
    bPtr += panelBytes;
    cPtr += 32;
    biasPtr += 32;
  }
}
