/**
 * @file The compiled kernels: their bytes, and what they export. Imports nothing but the bytes.
 *
 * Addresses and strides are in bytes, sizes in elements. A range (start, end) is one worker's
 * share; no two ranges write to the same place. Each kernel's formula stands in `assembly/`.
 */

import relaxed from "./generated/relaxed.ts";
import simd from "./generated/simd.ts";

/** Fused multiply-add (relaxed SIMD), or multiply and add apart, which every engine has. */
export type KernelBuild = "relaxed" | "simd";

/** The module's bytes, in hexadecimal digits. It imports `env.memory`, shared, of at most 65536 pages. */
export const KERNELS: Record<KernelBuild, string> = { relaxed, simd };

type Ptr = number;

// prettier-ignore
export interface Kernels {
  /** How much private memory each instance needs; see {@link Kernels.usePrivateRegion}. */
  readonly PRIVATE_BYTES: WebAssembly.Global;
  readonly usePrivateRegion: (ptr: Ptr) => void;

  readonly copyRows: (start: number, end: number, bytes: number, from: Ptr, fromStride: number, to: Ptr, toStride: number) => void;
  readonly zeroRows: (start: number, end: number, bytes: number, to: Ptr, toStride: number) => void;
  readonly gatherRows: (start: number, end: number, offsets: Ptr, order: Ptr, bytes: number, from: Ptr, timeStride: number, batchStride: number, to: Ptr) => void;
  readonly scatterRows: (start: number, end: number, batch: number, offsets: Ptr, order: Ptr, bytes: number, from: Ptr, to: Ptr, timeStride: number, batchStride: number) => void;
  readonly addRows: (start: number, end: number, bytes: number, ids: Ptr, x: Ptr, y: Ptr) => void;

  readonly packB: (startPanel: number, endPanel: number, k: number, n: number, b: Ptr, ldb: number, transposed: number, out: Ptr) => void;
  readonly gemm: (start: number, end: number, n: number, k: number, a: Ptr, lda: number, packedB: Ptr, c: Ptr, ldc: number, bias: Ptr, accumulate: number) => void;
  readonly gemmTransA: (start: number, end: number, n: number, k: number, a: Ptr, lda: number, packedB: Ptr, c: Ptr, ldc: number, bias: Ptr, accumulate: number) => void;
  readonly gemmTransATwice: (start: number, end: number, k: number, a: Ptr, lda: number, bn: number, packedB: Ptr, c: Ptr, en: number, packedE: Ptr, d: Ptr) => void;

  readonly exp: (start: number, end: number, x: Ptr, y: Ptr) => void;
  readonly tanh: (start: number, end: number, x: Ptr, y: Ptr) => void;
  readonly sigmoid: (start: number, end: number, x: Ptr, y: Ptr) => void;
  readonly add: (start: number, end: number, a: Ptr, aMask: number, b: Ptr, bMask: number, y: Ptr) => void;
  readonly sub: (start: number, end: number, a: Ptr, aMask: number, b: Ptr, bMask: number, y: Ptr) => void;
  readonly mul: (start: number, end: number, a: Ptr, aMask: number, b: Ptr, bMask: number, y: Ptr) => void;
  readonly div: (start: number, end: number, a: Ptr, aMask: number, b: Ptr, bMask: number, y: Ptr) => void;
  readonly scale: (start: number, end: number, factor: number, x: Ptr, y: Ptr) => void;
  readonly softmax: (start: number, end: number, cols: number, x: Ptr, y: Ptr) => void;
  readonly logSoftmax: (start: number, end: number, cols: number, x: Ptr, y: Ptr) => void;
  readonly crossEntropy: (start: number, end: number, cols: number, x: Ptr, ids: Ptr, spread: Ptr, picked: Ptr, smooth: Ptr, saved: Ptr) => void;
  readonly crossEntropyBackward: (start: number, end: number, cols: number, x: Ptr, ids: Ptr, spread: Ptr, saved: Ptr, factors: Ptr, gradX: Ptr) => void;
  readonly layerNorm: (start: number, end: number, n: number, eps: number, x: Ptr, weight: Ptr, bias: Ptr, rows: Ptr, y: Ptr) => void;
  readonly layerNormBackward: (start: number, end: number, n: number, x: Ptr, weight: Ptr, rows: Ptr, gradY: Ptr, gradX: Ptr, gradWeight: Ptr, gradBias: Ptr) => void;
  readonly sumRows: (startCol: number, endCol: number, rows: number, x: Ptr, stride: number, y: Ptr) => void;
  readonly sum: (start: number, end: number, x: Ptr) => number;
  readonly sumOfSquares: (start: number, end: number, x: Ptr) => number;

  readonly sgdStep: (start: number, end: number, x: Ptr, buffer: Ptr, grad: Ptr, lr: number, momentum: number, share: number, decay: number, nesterov: boolean) => void;
  readonly adamStep: (start: number, end: number, x: Ptr, m: Ptr, v: Ptr, vMax: Ptr, grad: Ptr, stepSize: number, oneMinusBeta1: number, beta2: number, oneMinusBeta2: number, vScale: number, eps: number, pull: number, shrink: number) => void;
  readonly rmspropStep: (start: number, end: number, x: Ptr, squares: Ptr, average: Ptr, buffer: Ptr, grad: Ptr, lr: number, alpha: number, oneMinusAlpha: number, eps: number, decay: number, momentum: number) => void;
  readonly adagradStep: (start: number, end: number, x: Ptr, sums: Ptr, grad: Ptr, lr: number, decay: number, eps: number) => void;

  readonly lstmStep: (start: number, end: number, H: number, ifgo: Ptr, h: Ptr, c: Ptr, out: Ptr, outStride: number, cPrev: Ptr) => void;
  readonly lstmStepBackward: (start: number, end: number, H: number, ifgo: Ptr, cPrev: Ptr, hNext: Ptr, gradH: Ptr, gradC: Ptr, gradOut: Ptr, gradOutStride: number) => void;
  readonly gruStep: (start: number, end: number, H: number, nrzu: Ptr, h: Ptr, out: Ptr, outStride: number, hPrev: Ptr) => void;
  readonly gruStepBackward: (start: number, end: number, H: number, nrzu: Ptr, hPrev: Ptr, gradH: Ptr, gradOut: Ptr, gradOutStride: number) => void;
  readonly minStep: (start: number, end: number, H: number, lstm: number, positive: number, gates: Ptr, h: Ptr, out: Ptr, outStride: number, hPrev: Ptr) => void;
  readonly minStepBackward: (start: number, end: number, H: number, lstm: number, positive: number, gates: Ptr, hPrev: Ptr, gradH: Ptr, gradOut: Ptr, gradOutStride: number) => void;
  readonly rnnStep: (start: number, end: number, H: number, relu: number, sums: Ptr, h: Ptr, out: Ptr, outStride: number, training: number) => void;
  readonly rnnStepBackward: (start: number, end: number, H: number, relu: number, sums: Ptr, hNext: Ptr, gradH: Ptr, gradOut: Ptr, gradOutStride: number) => void;
}
