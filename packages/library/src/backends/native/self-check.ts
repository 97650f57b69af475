/**
 * @file A small product and a small layer, compared with the plain loops before a library is
 * trusted. Whatever is wrong with it, such as another interface under a known name, shows here.
 */

import { Storage } from "../../core/storage.ts";
import type { FloatArray } from "../../core/dtype.ts";
import { type GemmCall, NUM_GATES, type RecurrentCall } from "../backend.ts";
import { plainLoops } from "../plain-loops.ts";
import type { NativeCell } from "./onednn.ts";
import type { Layers, NativeSaved } from "./recurrent.ts";

/** Sums of fewer than fifty float32 products, and gates of them. */
const ALLOWED = 1e-4;

/** The largest difference from the plain loops' product; NaN counts as infinite. */
export function productError(product: (call: GemmCall) => FloatArray): number {
  const truth = plainLoops("float64");
  const [m, n, k] = [5, 19, 37];
  const errors = [false, true].flatMap((transA) =>
    [false, true].map((transB) => {
      const [a, b, bias] = [numbers(m * k, 1), numbers(k * n, 2), numbers(n, 3)];
      const call = { batch: 1, m, n, k, a, b, transA, transB, bias: transA ? bias : null };
      return difference(product(call), truth.gemm(call));
    }),
  );
  return Math.max(...errors);
}

/** The largest difference among outputs, states and gradients, in both directions. */
export function layerError(layers: Layers, cell: NativeCell): number {
  const truth = plainLoops("float64");
  const call = smallCall(cell);
  const expected = truth.recurrent(call);
  const actual = layers.forward(call);
  const inference = layers.forward({ ...call, training: false });

  const grads = {
    output: numbers(expected.output.length, 4),
    hN: numbers(expected.hN.length, 5),
    cN: expected.cN && numbers(expected.cN.length, 6),
    needsInput: true,
  };
  const expectedGrads = truth.recurrentBackward(call, expected.saved!, grads);
  const actualGrads = layers.backward(call, actual.saved as NativeSaved, grads);

  const pairs: [FloatArray | null, FloatArray | null][] = [
    [actual.output, expected.output],
    [inference.output, expected.output],
    [actual.hN, expected.hN],
    [actual.cN, expected.cN],
    [actualGrads.input, expectedGrads.input],
    [actualGrads.h0, expectedGrads.h0],
    [actualGrads.c0, expectedGrads.c0],
  ];
  expectedGrads.directions.forEach((direction, d) => {
    for (const name of ["weightIh", "weightHh", "biasIh", "biasHh"] as const) {
      pairs.push([actualGrads.directions[d][name], direction[name]]);
    }
  });
  return Math.max(...pairs.map(([a, b]) => (a && b ? difference(a, b) : 0)));
}

export function isClose(error: number): boolean {
  return error <= ALLOWED;
}

/** Sizes that are all different: swapped gates and transposed matrices show. */
function smallCall(cell: NativeCell): RecurrentCall {
  const [batch, seq, inputSize, hiddenSize] = [3, 4, 5, 18];
  const G = NUM_GATES[cell] * hiddenSize;
  const direction = (seed: number) => ({
    weightIh: new Storage(numbers(G * inputSize, seed, 0.2)),
    weightHh: new Storage(numbers(G * hiddenSize, seed + 1, 0.2)),
    biasIh: new Storage(numbers(G, seed + 2)),
    biasHh: new Storage(numbers(G, seed + 3)),
    weightHr: null,
  });
  return {
    cell,
    resetAfter: true,
    batchFirst: true,
    batch,
    seq,
    inputSize,
    hiddenSize,
    projSize: 0,
    input: numbers(batch * seq * inputSize, 7),
    directions: [direction(10), direction(20)],
    h0: numbers(2 * batch * hiddenSize, 8),
    c0: cell === "lstm" ? numbers(2 * batch * hiddenSize, 9) : null,
    lengths: null,
    training: true,
  };
}

/** Different values everywhere, the same every time. */
function numbers(length: number, seed: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, (_, i) => scale * Math.sin(1 + i * 1.7 + seed * 0.31));
}

function difference(actual: FloatArray, expected: FloatArray): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    if (!(error <= largest)) largest = Number.isNaN(error) ? Infinity : error;
  }
  return largest;
}
