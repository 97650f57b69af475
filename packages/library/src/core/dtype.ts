/**
 * @file The number formats. `float64` exists only under the `reference` engine, which computes in it.
 */

export type DType = "float32" | "float64" | "int32";

export type FloatArray = Float32Array | Float64Array;
export type NumericArray = FloatArray | Int32Array;

export function dtypeOf(array: NumericArray): DType {
  if (array instanceof Float32Array) return "float32";
  return array instanceof Int32Array ? "int32" : "float64";
}

export function isFloat(array: NumericArray): array is FloatArray {
  return !(array instanceof Int32Array);
}
