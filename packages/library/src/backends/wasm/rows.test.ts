import { describe, expect, test } from "vitest";
import { BUILDS, expectClose, randomNumbers } from "../../../test/support/engine-calls.ts";
import type { CrossEntropyCall, LayerNormCall } from "../backend.ts";
import { plainLoops } from "../plain-loops.ts";
import { createWasmBackend } from "./index.ts";

const truth = plainLoops("float64");

/** One row, one column, tails, several pieces, and rows that are larger than a piece. */
const SIZES: [rows: number, cols: number][] = [
  [1, 270],
  [270, 1],
  [700, 13],
  [301, 65],
  [3, 9001],
];

/** Every seventh row is left out. */
function crossEntropyCall(rows: number, cols: number, smoothed: boolean): CrossEntropyCall {
  const random = randomNumbers(rows);
  return {
    x: random(rows * cols).map((value) => value * 8),
    rows,
    cols,
    ids: Int32Array.from({ length: rows }, (_, row) => (row % 7 === 3 ? -1 : (row * 31) % cols)),
    own: random(cols).map((value) => 1.5 + value),
    spread: smoothed ? Float64Array.from(random(cols), (value) => (1.5 + value) / cols) : null,
  };
}

function layerNormCall(rows: number, n: number, offset: number): LayerNormCall {
  const random = randomNumbers(n);
  const x = random(rows * n).map((value) => value + offset);
  return { x, rows, n, weight: random(n), bias: random(n), eps: 1e-5 };
}

describe.each(BUILDS)("the %s build", (build) => {
  const backend = createWasmBackend(build);

  describe.each(SIZES)("rows of %i × %i", (rows, cols) => {
    test.each([false, true])("cross-entropy and its gradient; smoothed: %s", (smoothed) => {
      const call = crossEntropyCall(rows, cols, smoothed);
      const factors = randomNumbers(2)(rows);
      const actual = backend.crossEntropy(call);
      const expected = truth.crossEntropy(call);
      const close = { rtol: 2e-6, atol: 2e-6 };
      expectClose("losses", actual.losses, expected.losses, close);
      expectClose(
        "gradX",
        backend.crossEntropyBackward(call, actual.saved, factors),
        truth.crossEntropyBackward(call, expected.saved, factors),
        close,
      );
      // In place of the scores.
      const apart = backend.crossEntropyBackward(call, actual.saved, factors);
      const inPlace = { ...call, x: call.x.slice() };
      expect(backend.crossEntropyBackward(inPlace, actual.saved, factors, inPlace.x)).toBe(
        inPlace.x,
      );
      expect(inPlace.x).toEqual(apart);
    });

    test.each([0, 1000])("layer normalisation around %i", (offset) => {
      const affine = layerNormCall(rows, cols, offset);
      for (const call of [affine, { ...affine, weight: null, bias: null }]) {
        const gradY = randomNumbers(7)(rows * cols);
        const { saved, ...actual } = backend.layerNorm(call);
        const { saved: savedByTruth, ...expected } = truth.layerNorm(call);
        const gradients = backend.layerNormBackward(call, saved, gradY);
        const expectedGradients = truth.layerNormBackward(call, savedByTruth, gradY);
        expectClose("y", actual.y, expected.y);
        // A row of one number has no deviation: 1/√eps makes its rounding large.
        if (cols === 1) continue;
        expectClose("gradX", gradients.gradX, expectedGradients.gradX);
        expectClose("gradWeight", gradients.gradWeight, expectedGradients.gradWeight);
        expectClose("gradBias", gradients.gradBias, expectedGradients.gradBias);
      }
    });

    test("the gradient of looked-up rows has the bits of the plain loop", () => {
      const x = randomNumbers(3)(rows * cols);
      const ids = Int32Array.from({ length: rows }, (_, i) => (i % 5 === 4 ? -1 : (i * i) % 11));
      const expected = plainLoops("float32").scatterAdd(ids, x, cols, 12);
      expect(backend.scatterAdd(ids, x, cols, 12)).toEqual(expected);
    });
  });

  test("cross-entropy of extremes: −∞ and ∞ among the scores, −∞ alone, NaN in a row left out", () => {
    const rows: [number[], number][] = [
      [[1, -Infinity, 0, 2], 0],
      [[1, -Infinity, 0, 2], 1],
      [[1, Infinity, 0, 2], 0],
      [[-Infinity, -Infinity, -Infinity, -Infinity], 2],
      [[NaN, 1, 2, 3], 1],
      [[NaN, Infinity, 2, 3], -1],
      [[1000, -1000, 3e38, 0], 2],
    ];
    // The row's width is such that there is a tail, and that the kernel is used.
    const widened = rows.map(([scores]) => [...scores, ...Array.from({ length: 39 }, () => 0.5)]);
    const call: CrossEntropyCall = {
      x: Float32Array.from(widened.flat()),
      rows: rows.length,
      cols: 43,
      ids: Int32Array.from(rows, ([, id]) => id),
      own: new Float64Array(43).fill(1),
      spread: null,
    };
    const factors = new Float64Array(rows.length).fill(1);
    const actual = backend.crossEntropy(call);
    const expected = truth.crossEntropy(call);
    expectClose("losses", actual.losses, expected.losses);
    expect(actual.losses[1]).toBe(Infinity);
    expect(actual.losses[5]).toBe(0);
    expectClose(
      "gradX",
      backend.crossEntropyBackward(call, actual.saved, factors),
      truth.crossEntropyBackward(call, expected.saved, factors),
    );
  });
});
