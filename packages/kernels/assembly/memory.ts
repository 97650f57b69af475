/**
 * @file The map of linear memory, and moving rows about in it.
 *
 *   0 …               the compiler's constants (tables of logf)
 *   PRIVATE_START …   one private region per thread that shares this memory
 *   …                 all else belongs to the host, which hands out addresses
 */

/** A tile at the right edge puts its eight columns here before the valid ones are copied out. */
export const EDGE_BYTES: usize = 6 * 32;

/** Rows of aᵀ that `gemmTransA` turns over at once: 96 × 256 float32 are 96 KiB. */
@inline export const TRANSPOSED_ROWS: i32 = 96;

/** From one of those rows to the next: 256 float32, and a line so that they do not share a set of L1. */
@inline export const TURNED_STRIDE: usize = 256 * 4 + 64;

/** What a thread needs to itself. */
export const PRIVATE_BYTES: usize = EDGE_BYTES + <usize>TRANSPOSED_ROWS * TURNED_STRIDE;

/** Where this instance's private region begins. */
export let privatePtr: usize = 0;

/** Every instance is given its own region of {@link PRIVATE_BYTES} before anything else. */
export function usePrivateRegion(ptr: usize): void {
  privatePtr = ptr;
}

@inline
function copyRow(bytes: usize, fromPtr: usize, toPtr: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(toPtr + at, v128.load(fromPtr + at));
  for (; at < bytes; at += 4) store<f32>(toPtr + at, load<f32>(fromPtr + at));
}

@inline
function zeroRow(bytes: usize, ptr: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(ptr + at, f32x4.splat(0));
  for (; at < bytes; at += 4) store<f32>(ptr + at, 0);
}

/**
 * Rows start ≤ row < end, `bytes` wide, from one row stride to another.
 *
 *   for row in start..end:  to[row] = from[row]
 */
export function copyRows(
  start: i32,
  end: i32,
  bytes: usize,
  fromPtr: usize,
  fromStride: usize,
  toPtr: usize,
  toStride: usize,
): void {
  for (let row = start; row < end; row++) {
    copyRow(bytes, fromPtr + <usize>row * fromStride, toPtr + <usize>row * toStride);
  }
}

/** for row in start..end:  to[row] = 0 */
export function zeroRows(start: i32, end: i32, bytes: usize, toPtr: usize, toStride: usize): void {
  for (let row = start; row < end; row++) zeroRow(bytes, toPtr + <usize>row * toStride);
}

/**
 * A user's padded sequences to packed rows: time step by time step, at each step only the
 * sequences that are still running, longest first.
 *
 *   for t in start..end, r in 0..offsets[t + 1] − offsets[t]:
 *     to[offsets[t] + r] = from[t][order[r]]
 *
 * `offsetsPtr` has T + 1 int32, `orderPtr` one per sequence. Strides are in bytes.
 */
export function gatherRows(
  start: i32,
  end: i32,
  offsetsPtr: usize,
  orderPtr: usize,
  bytes: usize,
  fromPtr: usize,
  timeStride: usize,
  batchStride: usize,
  toPtr: usize,
): void {
  for (let t = start; t < end; t++) {
    const first = load<i32>(offsetsPtr + (<usize>t << 2));
    const running = load<i32>(offsetsPtr + (<usize>t << 2), 4) - first;
    const from = fromPtr + <usize>t * timeStride;
    const to = toPtr + <usize>first * bytes;
    for (let r = 0; r < running; r++) {
      const b = load<i32>(orderPtr + (<usize>r << 2));
      copyRow(bytes, from + <usize>b * batchStride, to + <usize>r * bytes);
    }
  }
}

/**
 * And back, with zeros where a sequence has ended.
 *
 *   for t in start..end, r in 0..batch:
 *     to[t][order[r]] = r < offsets[t + 1] − offsets[t] ? from[offsets[t] + r] : 0
 */
export function scatterRows(
  start: i32,
  end: i32,
  batch: i32,
  offsetsPtr: usize,
  orderPtr: usize,
  bytes: usize,
  fromPtr: usize,
  toPtr: usize,
  timeStride: usize,
  batchStride: usize,
): void {
  for (let t = start; t < end; t++) {
    const first = load<i32>(offsetsPtr + (<usize>t << 2));
    const running = load<i32>(offsetsPtr + (<usize>t << 2), 4) - first;
    const from = fromPtr + <usize>first * bytes;
    const to = toPtr + <usize>t * timeStride;
    for (let r = 0; r < batch; r++) {
      const b = load<i32>(orderPtr + (<usize>r << 2));
      if (r < running) copyRow(bytes, from + <usize>r * bytes, to + <usize>b * batchStride);
      else zeroRow(bytes, to + <usize>b * batchStride);
    }
  }
}

/**
 * The gradient of looked-up rows: y[ids[i]] grows by x[i], in this order. An id below 0 is left out.
 *
 *   for i in start..end:  y[ids[i]] += x[i]
 */
export function addRows(start: i32, end: i32, bytes: usize, ids: usize, x: usize, y: usize): void {
  for (let i = start; i < end; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (id < 0) continue;
    const from = x + <usize>i * bytes;
    const to = y + <usize>id * bytes;
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    }
    for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
  }
}
