/**
 * @file Small things that every kernel uses on its four float32 lanes.
 */

/** Rows of c that one tile holds in registers: 6 × 8 sums need fused multiply-add to fit in 16. */
@inline export const TILE_ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/** a·b + c: one instruction in the relaxed build, two roundings in the plain one. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c − a·b */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** a where the mask's bits are all set, b where none is. */
@inline
export function select(a: v128, b: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(a, b, mask);
  return v128.bitselect(a, b, mask);
}

/** Four numbers, or for the end of a row only one: the same arithmetic serves both. */
@inline
export function loadLanes(ptr: usize, single: bool): v128 {
  return single ? v128.load32_zero(ptr) : v128.load(ptr);
}

@inline
export function storeLanes(ptr: usize, value: v128, single: bool): void {
  if (single) store<f32>(ptr, f32x4.extract_lane(value, 0));
  else v128.store(ptr, value);
}

@inline
export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}
