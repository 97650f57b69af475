import { describe, expect, test } from "vitest";
import type { GemmCall } from "../backend.ts";
import { plainLoops } from "../plain-loops.ts";
import { gemm } from "./gemm.ts";
import { createWasmBackend, startEngine } from "./index.ts";
import { BUILDS, expectClose, randomNumbers } from "../../../test/support/engine-calls.ts";

const truth = plainLoops("float64");

function randomGemm(
  [m, n, k]: readonly [number, number, number],
  options: Partial<GemmCall> = {},
): GemmCall {
  const random = randomNumbers(m * 31 + n * 7 + k);
  const batch = options.batch ?? 1;
  const a = random((options.aShared ? 1 : batch) * m * k);
  const b = random((options.bShared ? 1 : batch) * k * n);
  return { batch, m, n, k, a, b, bias: random(n), ...options };
}

/** Every row count that takes tiles of its own, every edge of a panel, both sides of a block. */
const ROWS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 24, 25, 26, 49, 97];
const COLUMNS = [1, 3, 7, 8, 9, 16, 31, 33, 40, 521];
const DEPTHS = [0, 1, 2, 5, 255, 256, 257, 520];

describe.each(BUILDS)("the %s build", (build) => {
  const engine = startEngine(build);
  const expectSame = (call: GemmCall) => {
    // A sum of 520 products of numbers up to 1 carries some dozen roundings.
    const close = { rtol: 1e-5, atol: 1e-6 * (10 + call.k / 8) };
    expectClose(describeCall(call), gemm(engine, call), truth.gemm(call), close);
  };

  test.each(ROWS)("%i rows, any number of columns, any depth", (m) => {
    for (const n of COLUMNS) {
      for (const k of DEPTHS) expectSame(randomGemm([m, n, k]));
    }
  });

  test("either operand transposed", () => {
    for (const [m, n, k] of [
      [1, 1, 1],
      [5, 9, 3],
      [13, 17, 19],
      [98, 30, 259],
      [203, 11, 64],
      [2, 66, 513],
    ] as const) {
      expectSame(randomGemm([m, n, k], { transA: true }));
      expectSame(randomGemm([m, n, k], { transB: true }));
      expectSame(randomGemm([m, n, k], { transA: true, transB: true, bias: null }));
    }
  });

  test("into an array that is given, and added to it", () => {
    for (const sizes of [
      [1, 3, 0],
      [5, 9, 3],
      [13, 17, 300],
    ] as const) {
      for (const transA of [false, true]) {
        const call = randomGemm(sizes, { batch: 2, bias: null, transA });
        const before = randomNumbers(3)(2 * call.m * call.n);
        const out = before.slice();
        expect(gemm(engine, { ...call, out })).toBe(out);
        expectClose("product", out, truth.gemm(call));
        out.set(before);
        gemm(engine, { ...call, out, accumulate: true });
        const expected = truth.gemm({ ...call, out: Float64Array.from(before), accumulate: true });
        expectClose("sum", out, expected);
      }
    }
  });

  test("batches, with operands of their own or shared", () => {
    for (const transB of [false, true]) {
      const sizes = [6, 10, 11] as const;
      expectSame(randomGemm(sizes, { batch: 3, transB }));
      expectSame(randomGemm(sizes, { batch: 3, transB, aShared: true }));
      expectSame(randomGemm(sizes, { batch: 3, transB, bShared: true }));
      expectSame(randomGemm(sizes, { batch: 3, transB, bShared: true, transA: true }));
      expectSame(randomGemm(sizes, { batch: 0, transB }));
    }
  });

  test("NaN and infinity reach exactly the elements that they should", () => {
    const call = randomGemm([9, 12, 300], { bias: null });
    call.a[4 * 300 + 280] = NaN;
    call.a[7 * 300 + 3] = Infinity;
    const out = gemm(engine, call);
    for (let row = 0; row < 9; row++) {
      for (const value of out.subarray(row * 12, row * 12 + 12)) {
        expect(Number.isFinite(value)).toBe(row !== 4 && row !== 7);
      }
    }
  });

  test("a row's bits do not depend on the rows beside it", () => {
    const call = randomGemm([50, 37, 300]);
    const whole = gemm(engine, call);
    for (let m = 1; m < 50; m++) {
      const part = gemm(engine, { ...call, m, a: call.a.slice(0, m * 300) });
      expect(part).toEqual(whole.slice(0, m * 37));
    }
  });

  test("the engine takes small products to the plain loops and large ones to the kernels", () => {
    const backend = createWasmBackend(build);
    for (const size of [2, 40]) {
      const call = randomGemm([size, size, size]);
      expectClose("product", backend.gemm(call), truth.gemm(call));
    }
  });
});

function describeCall({ batch, m, n, k, transA, transB }: GemmCall): string {
  return `${batch} × [${m}, ${k}]${transA ? "ᵀ" : ""} · [${k}, ${n}]${transB ? "ᵀ" : ""}`;
}
