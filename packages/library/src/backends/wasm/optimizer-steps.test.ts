import { describe, expect, test } from "vitest";
import { BUILDS, expectClose, randomNumbers } from "../../../test/support/engine-calls.ts";
import type { FloatArray } from "../../core/dtype.ts";
import type { OptimizerSteps } from "../backend.ts";
import { plainLoops } from "../plain-loops.ts";
import { createWasmBackend } from "./index.ts";

/** One and a half pieces of the heap for five arrays, and a tail that is no whole vector. */
const SIZES = [130, 4999];

const sgd = { lr: 0.1, momentum: 0.9, share: 0.7, weightDecay: 0.2, nesterov: false };
const adam = { stepSize: 0.3, beta1: 0.8, beta2: 0.95, vScale: 3, eps: 1e-3, pull: 0, shrink: 0 };
const rmsprop = { lr: 0.1, alpha: 0.9, eps: 1e-3, weightDecay: 0.2, momentum: 0.7 };

/** x, its gradient g, and states: a and b of any sign, s and t positive. */
type Arrays = Record<"x" | "g" | "a" | "b" | "s" | "t", FloatArray>;

const CASES: [string, (steps: OptimizerSteps, arrays: Arrays) => void][] = [
  ["sgd", (e, { x, g }) => e.sgdStep(x, g, null, sgd)],
  ["sgd with momentum", (e, { x, g, a }) => e.sgdStep(x, g, a, sgd)],
  ["sgd, nesterov", (e, { x, g, a }) => e.sgdStep(x, g, a, { ...sgd, nesterov: true })],
  ["adam", (e, { x, g, a, s }) => e.adamStep(x, g, a, s, null, { ...adam, pull: 0.2 })],
  ["adamw", (e, { x, g, a, s }) => e.adamStep(x, g, a, s, null, { ...adam, shrink: 0.02 })],
  ["adam, amsgrad", (e, { x, g, a, s, t }) => e.adamStep(x, g, a, s, t, adam)],
  ["rmsprop", (e, { x, g, s }) => e.rmspropStep(x, g, s, null, null, rmsprop)],
  // `s` is at least 1, so no cancellation hides a mistake behind rounding.
  ["rmsprop, centered", (e, { x, g, a, s }) => e.rmspropStep(x, g, s, a, null, rmsprop)],
  ["rmsprop with momentum", (e, { x, g, b, s }) => e.rmspropStep(x, g, s, null, b, rmsprop)],
  ["adagrad", (e, { x, g, s }) => e.adagradStep(x, g, s, { lr: 0.1, weightDecay: 0.2, eps: 1e-3 })],
  ["scale_", (e, { x }) => e.scale_(x, 0.3)],
];

function randomArrays(length: number): Arrays {
  const [x, g, a, b] = [1, 2, 3, 4].map((seed) => randomNumbers(seed)(length));
  const [s, t] = [5, 6].map((seed) => randomNumbers(seed)(length).map((value) => 1.5 + value / 2));
  return { x, g, a, b, s, t };
}

const map = (arrays: Arrays, f: (array: FloatArray) => FloatArray) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, f(array)])) as Arrays;

describe.each(BUILDS)("the %s build", (build) => {
  const backend = createWasmBackend(build);

  test.each(CASES)("%s: parameter and states as in the float64 loops", (name, step) => {
    for (const length of SIZES) {
      const actual = randomArrays(length);
      const expected = map(actual, (array) => Float64Array.from(array));
      step(backend, actual);
      step(plainLoops("float64"), expected);
      for (const key of Object.keys(actual) as (keyof Arrays)[]) {
        expectClose(`${name}: ${key}`, actual[key], expected[key], { rtol: 1e-6, atol: 1e-6 });
      }
    }
  });

  test.each(CASES)("%s: a number gets the same bits wherever it stands", (_, step) => {
    const whole = randomArrays(4999);
    const part = map(whole, (array) => array.slice(1001));
    step(backend, whole);
    step(backend, part);
    expect(part).toEqual(map(whole, (array) => array.slice(1001)));
  });

  test("float64 parameters keep their digits", () => {
    const x = new Float64Array(200).fill(1);
    backend.sgdStep(x, new Float64Array(200).fill(1e-12), null, { ...sgd, lr: 1, weightDecay: 0 });
    expect(x[199]).toBe(1 - 1e-12);
  });

  test("the sum of squares is one of float64: no square is too large or too small", () => {
    expect(backend.sumOfSquares(new Float32Array(1001).fill(1e30)) / 1.001e63).toBeCloseTo(1, 6);
    expect(backend.sumOfSquares(new Float32Array(200).fill(1e-30)) / 2e-58).toBeCloseTo(1, 6);
    const x = randomNumbers(3)(20_003);
    const exact = x.reduce((sum, value) => sum + value * value, 0);
    expect(Math.abs(backend.sumOfSquares(x) / exact - 1)).toBeLessThan(1e-13);
    expect(backend.sumOfSquares(x.fill(NaN, 20_002))).toBeNaN();
  });
});
