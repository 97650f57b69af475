/**
 * @file What the tests of engines share: random calls, and comparing with the plain loops.
 */

import { expect } from "vitest";
import type { FloatArray } from "../../src/core/dtype.ts";
import { Storage } from "../../src/core/storage.ts";
import {
  type CellKind,
  isMinimal,
  NUM_GATES,
  type RecurrentCall,
} from "../../src/backends/backend.ts";

export const BUILDS = ["relaxed", "simd"] as const;

/** The same sums in another order: a few float32 roundings over at most some hundred terms. */
export const FLOAT32 = { rtol: 2e-5, atol: 2e-5 };

/** Uniform in [−1, 1), the same every time (mulberry32). */
export function randomNumbers(seed: number): (length: number) => Float32Array {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
  return (length) => Float32Array.from({ length }, next);
}

export function expectClose(
  what: string,
  actual: FloatArray | null,
  expected: FloatArray | null,
  { rtol, atol } = FLOAT32,
): void {
  if (expected === null || actual === null) {
    expect(actual, what).toBe(expected);
    return;
  }
  expect(actual.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const error = Math.abs(actual[i] - expected[i]);
    if (error <= atol + rtol * Math.abs(expected[i])) continue;
    expect.fail(`${what}[${i}]: expected ${expected[i]}, got ${actual[i]}`);
  }
}

export interface CallOptions {
  cell: CellKind;
  batch?: number;
  seq?: number;
  inputSize?: number;
  hiddenSize?: number;
  projSize?: number;
  resetAfter?: boolean;
  batchFirst?: boolean;
  bidirectional?: boolean;
  bias?: boolean;
  states?: boolean;
  lengths?: number[] | null;
  training?: boolean;
  seed?: number;
}

/** A call with random numbers everywhere and sizes that are all different. */
export function randomCall({
  cell,
  batch = 3,
  seq = 5,
  inputSize = 7,
  hiddenSize = 9,
  projSize = 0,
  resetAfter = true,
  batchFirst = false,
  bidirectional = false,
  bias = true,
  states = true,
  lengths = null,
  training = true,
  seed = 1,
}: CallOptions): RecurrentCall {
  const random = randomNumbers(seed);
  const bound = 1 / Math.sqrt(hiddenSize); // as a fresh layer has; larger ones make chaos of roundings
  const storage = (length: number) => new Storage(random(length).map((x) => x * bound));
  const D = bidirectional ? 2 : 1;
  const G = NUM_GATES[cell] * hiddenSize;
  const P = projSize || hiddenSize;
  const directions = Array.from({ length: D }, () => ({
    weightIh: storage(G * inputSize),
    weightHh: storage(isMinimal(cell) ? 0 : G * P),
    biasIh: bias ? storage(G) : null,
    biasHh: bias && !isMinimal(cell) ? storage(G) : null,
    weightHr: projSize ? storage(P * hiddenSize) : null,
  }));
  return {
    cell,
    resetAfter,
    batchFirst,
    batch,
    seq,
    inputSize,
    hiddenSize,
    projSize,
    input: random(batch * seq * inputSize),
    directions,
    h0: states ? random(D * batch * P) : null,
    c0: states && cell === "lstm" ? random(D * batch * hiddenSize) : null,
    lengths: lengths && Int32Array.from(lengths),
    training,
  };
}
