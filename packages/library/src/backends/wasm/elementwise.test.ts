import { describe, expect, test } from "vitest";
import type { FloatArray } from "../../core/dtype.ts";
import { plainLoops } from "../plain-loops.ts";
import { createWasmBackend, startEngine } from "./index.ts";
import { BUILDS, expectClose, randomNumbers } from "../../../test/support/engine-calls.ts";

const truth = plainLoops("float64");

/** Every 1009th float32 there is, with both signs; and the special ones. */
function sampleOfAllFloats(): Float32Array {
  const bits: number[] = [];
  for (let b = 0; b < 0x7f800000; b += 1009) bits.push(b, b | 0x80000000);
  return new Float32Array(Uint32Array.from(bits).buffer);
}

/** All around 0, where functions bend. */
function sampleNearZero(): Float32Array {
  return Float32Array.from({ length: 400_001 }, (_, i) => (i - 200_000) / 2000);
}

/** How many units in the last place of a float32 lie between a result and the exact value. */
function worstUlps(actual: ArrayLike<number>, exact: (i: number) => number): number {
  let worst = 0;
  const view = new DataView(new ArrayBuffer(4));
  for (let i = 0; i < actual.length; i++) {
    const value = exact(i);
    if (Object.is(Math.fround(value), actual[i])) continue;
    view.setFloat32(0, Math.abs(value));
    const exponent = Math.max(1, view.getUint32(0) >>> 23);
    const ulp = 2 ** (exponent - 150);
    worst = Math.max(worst, Math.abs(actual[i] - value) / ulp);
  }
  return worst;
}

const EXACT = {
  exp: Math.exp,
  tanh: Math.tanh,
  sigmoid: (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
};

describe.each(BUILDS)("the %s build", (build) => {
  const backend = createWasmBackend(build);

  describe.each(["add", "sub", "mul", "div"] as const)("%s", (name) => {
    const random = randomNumbers(8);
    const float32 = plainLoops("float32");

    // One more than a whole number of vectors and of pieces, or less.
    test.each([1, 3, 1024, 1027, 40_005])("gives the plain loop's bits for %i numbers", (n) => {
      const [a, b, one] = [random(n), random(n), random(1)];
      a.set([NaN, Infinity, -0].slice(0, n));
      const pairs: [FloatArray, number[], FloatArray, number[]][] = [
        [a, [n], b, [n]],
        [a, [n], a, [n]],
        [a, [n], one, []],
        [one, [1], b, [n]],
      ];
      for (const [x, xShape, y, yShape] of pairs) {
        const expected = float32.binary(name, x, xShape, y, yShape, [n]);
        expect(backend.binary(name, x, xShape, y, yShape, [n])).toEqual(expected);
      }
    });

    test("repeats a row and a column", () => {
      const [a, row, column] = [random(60 * 41), random(41), random(60)];
      const shapes: [FloatArray, number[]][] = [
        [row, [41]],
        [column, [60, 1]],
      ];
      for (const [b, bShape] of shapes) {
        const actual = backend.binary(name, a, [60, 41], b, bShape, [60, 41]);
        const expected = truth.binary(name, a, [60, 41], b, bShape, [60, 41]);
        expect(actual).toEqual(Float32Array.from(expected));
      }
    });
  });

  test("a sum is exact to float64", () => {
    const x = randomNumbers(3)(50_007);
    expect(Math.abs(backend.sum(x) - truth.sum(x))).toBeLessThan(1e-9);
    x[50_006] = NaN;
    expect(backend.sum(x)).toBeNaN();
  });

  describe.each(["exp", "tanh", "sigmoid"] as const)("%s", (name) => {
    test("is within 2 units in the last place over the whole range", () => {
      for (const x of [sampleOfAllFloats(), sampleNearZero()]) {
        const worst = worstUlps(backend.unary(name, x), (i) => EXACT[name](x[i]));
        expect(worst).toBeLessThan(2);
      }
    });

    test("keeps NaN, infinities and signed zeros right", () => {
      const x = new Float32Array(20).fill(1);
      x.set([NaN, Infinity, -Infinity, 0, -0, 3.4e38, -3.4e38]);
      const y = backend.unary(name, x);
      for (let i = 0; i < x.length; i++) {
        const expected = Math.fround(EXACT[name](x[i]));
        if (i < 7) expect(y[i], `${name}(${x[i]})`).toBe(expected);
      }
    });

    test("gives one number the same bits wherever it stands", () => {
      const x = randomNumbers(5)(4099).map((value) => value * 20);
      const y = backend.unary(name, x);
      expect(backend.unary(name, x.slice(1))).toEqual(y.slice(1));
      expect(backend.unary(name, x.slice(0, 4097))).toEqual(y.slice(0, 4097));
    });
  });

  test("the sigmoid inside a gate is within 2.5 units, down to e^−87", () => {
    const { kernels, heap, scratch } = startEngine(build);
    const x = Float32Array.from({ length: 200_001 }, (_, i) => (i - 100_000) / 1150);
    const H = x.length;
    scratch.begin();
    const ifgo = scratch.floats(4 * H);
    const [h, c, output, cPrev] = [1, 2, 3, 4].map(() => scratch.floats(H));
    heap.f32.set(x, ifgo >>> 2);
    kernels.lstmStep(0, 1, H, ifgo, h, c, output, 0, cPrev);
    const gates = heap.f32.subarray(ifgo >>> 2, (ifgo >>> 2) + H);
    expect(worstUlps(gates, (i) => EXACT.sigmoid(x[i]))).toBeLessThan(2.5);
  });

  test.each([
    [3, 7],
    [1, 50],
    [50, 1],
    [700, 13],
    [2, 5000],
  ])("softmax and log-softmax of %i rows of %i", (rows, cols) => {
    const x = randomNumbers(rows)(rows * cols).map((value) => value * 30);
    const close = { rtol: 5e-6, atol: 5e-6 };
    // prettier-ignore
    expectClose("softmax", backend.softmax(x, rows, cols), truth.softmax(x, rows, cols), close);
    // prettier-ignore
    expectClose("logSoftmax", backend.logSoftmax(x, rows, cols), truth.logSoftmax(x, rows, cols), close);
  });

  test("softmax of extremes: a row of −1000, one −∞, all −∞", () => {
    const x = Float32Array.from([
      ...[-1000, -1000, -1000, -1000, -1000, -1000],
      ...[1, -Infinity, 1, 1, 1, -Infinity],
      ...[-Infinity, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      ...[88, 89, 90, -90, 3e38, 0],
    ]);
    expectClose("softmax", backend.softmax(x, 4, 6), truth.softmax(x, 4, 6));
    expectClose("logSoftmax", backend.logSoftmax(x, 4, 6), truth.logSoftmax(x, 4, 6));
  });

  test("what has no kernel takes the plain loops", () => {
    const x = Float32Array.from({ length: 40 }, (_, i) => i - 20);
    expect(backend.unary("relu", x)).toEqual(plainLoops("float32").unary("relu", x));
    expect(backend.unary("tanh", new Float32Array(0))).toEqual(new Float32Array(0));
  });
});
