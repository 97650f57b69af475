/**
 * @file Matrices laid out in the order in which the tiles read them.
 *
 * A packed b [k, n] is cut into blocks of {@link K_BLOCK} rows; a block is cut into panels of 8
 * columns, the last filled up with zeros; a panel holds its rows one after another:
 *
 *   packed[block][panel][row within block][8]
 *
 * So a tile reads one stretch of memory from start to end, whatever the matrix's width.
 */

/** Rows of b per block: a panel of 256 × 8 float32 is 8 KiB, a quarter of the smallest L1 cache. */
@inline export const K_BLOCK: i32 = 256;

/** n rounded up to whole panels. */
@inline
export function padded(n: i32): i32 {
  return (n + 7) & ~7;
}

/** Four vectors to their transpose, stored 4 floats at a time `stride` bytes apart. */
@inline
function storeTransposed(
  r0: v128,
  r1: v128,
  r2: v128,
  r3: v128,
  outPtr: usize,
  stride: usize,
): void {
  const lo01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const hi01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const lo23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const hi23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(outPtr, v128.shuffle<f64>(lo01, lo23, 0, 2));
  v128.store(outPtr + stride, v128.shuffle<f64>(lo01, lo23, 1, 3));
  v128.store(outPtr + 2 * stride, v128.shuffle<f64>(hi01, hi23, 0, 2));
  v128.store(outPtr + 3 * stride, v128.shuffle<f64>(hi01, hi23, 1, 3));
}

/**
 * Packs panels start ≤ panel < end of b, which is [k, n], or [n, k] if `transposed`, with `ldb`
 * bytes from one row to the next.
 *
 *   for row in 0..k, col in 0..n:  packed(row, col) = transposed ? b[col][row] : b[row][col]
 */
export function packB(
  start: i32,
  end: i32,
  k: i32,
  n: i32,
  bPtr: usize,
  ldb: usize,
  transposed: i32,
  outPtr: usize,
): void {
  const nPad = padded(n);
  for (let k0 = 0; k0 < k; k0 += K_BLOCK) {
    const kEnd = min(k, k0 + K_BLOCK);
    const blockPtr = outPtr + ((<usize>k0 * <usize>nPad) << 2);
    for (let panel = start; panel < end; panel++) {
      const to = blockPtr + ((<usize>panel * <usize>(kEnd - k0)) << 5);
      const col = panel << 3;
      const cols = min(8, n - col);
      if (transposed) packRowsAsColumns(k0, kEnd, cols, bPtr + <usize>col * ldb, ldb, to);
      else packColumns(k0, kEnd, cols, bPtr + (<usize>col << 2), ldb, to);
    }
  }
}

/** One panel of a b that is [k, n]: eight neighbours from every row. */
// prettier-ignore
function packColumns(k0: i32, kEnd: i32, cols: i32, bPtr: usize, ldb: usize, outPtr: usize): void {
  let from = bPtr + <usize>k0 * ldb;
  for (let row = k0; row < kEnd; row++) {
    if (cols == 8) {
      v128.store(outPtr, v128.load(from));
      v128.store(outPtr, v128.load(from, 16), 16);
    } else {
      v128.store(outPtr, f32x4.splat(0));
      v128.store(outPtr, f32x4.splat(0), 16);
      for (let col: usize = 0; col < <usize>cols; col++) {
        store<f32>(outPtr + (col << 2), load<f32>(from + (col << 2)));
      }
    }
    outPtr += 32;
    from += ldb;
  }
}

/** One panel of a b that is [n, k]: eight of its rows become columns, four by four. */
// prettier-ignore
function packRowsAsColumns(k0: i32, kEnd: i32, cols: i32, bPtr: usize, ldb: usize, outPtr: usize): void {
  let row = k0;
  if (cols == 8) {
    for (; row + 4 <= kEnd; row += 4) {
      const from = bPtr + (<usize>row << 2);
      const from4 = from + 4 * ldb;
      storeTransposed(
        v128.load(from),
        v128.load(from + ldb),
        v128.load(from + 2 * ldb),
        v128.load(from + 3 * ldb),
        outPtr,
        32,
      );
      storeTransposed(
        v128.load(from4),
        v128.load(from4 + ldb),
        v128.load(from4 + 2 * ldb),
        v128.load(from4 + 3 * ldb),
        outPtr + 16,
        32,
      );
      outPtr += 128;
    }
  }
  for (; row < kEnd; row++) {
    const from = bPtr + (<usize>row << 2);
    for (let col: usize = 0; col < 8; col++) {
      const value: f32 = <i32>col < cols ? load<f32>(from + col * ldb) : 0;
      store<f32>(outPtr + (col << 2), value);
    }
    outPtr += 32;
  }
}

/**
 * A block of a matrix a that is stored [k, m], turned over to [m, k].
 *
 *   for row in 0..rows, p in 0..k:  out[row][p] = a[p][row]
 */
// prettier-ignore
export function transposeA(rows: i32, k: i32, aPtr: usize, lda: usize, outPtr: usize, outStride: usize): void {
  let p = 0;
  for (; p + 4 <= k; p += 4) {
    let from = aPtr + <usize>p * lda;
    let to = outPtr + (<usize>p << 2);
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      storeTransposed(
        v128.load(from),
        v128.load(from + lda),
        v128.load(from + 2 * lda),
        v128.load(from + 3 * lda),
        to,
        outStride,
      );
      from += 16;
      to += 4 * outStride;
    }
    for (; row < rows; row++) {
      store<f32>(to, load<f32>(from));
      store<f32>(to, load<f32>(from + lda), 4);
      store<f32>(to, load<f32>(from + 2 * lda), 8);
      store<f32>(to, load<f32>(from + 3 * lda), 12);
      from += 4;
      to += outStride;
    }
  }
  for (; p < k; p++) {
    let from = aPtr + <usize>p * lda;
    let to = outPtr + (<usize>p << 2);
    for (let row = 0; row < rows; row++) {
      store<f32>(to, load<f32>(from));
      from += 4;
      to += outStride;
    }
  }
}
