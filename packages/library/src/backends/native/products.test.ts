import { describe, expect, test } from "vitest";
import { expectClose, randomNumbers } from "../../../test/support/engine-calls.ts";
import { nativeAtEverySize, nativeEngine } from "../../../test/support/engines.ts";
import type { GemmCall } from "../backend.ts";
import { plainLoops } from "../plain-loops.ts";

const truth = plainLoops("float64");

describe.skipIf(nativeEngine === null)("products by a library", () => {
  const backend = nativeAtEverySize();
  const random = randomNumbers(4);
  // prettier-ignore
  const SIZES = [[1, 1, 1, 1], [1, 3, 5, 7], [2, 4, 1, 9], [3, 1, 33, 17], [1, 70, 65, 130]];
  const bools = [false, true];

  for (const [batch, m, n, k] of SIZES) {
    test(`[${m}, ${k}] · [${k}, ${n}], ${batch} of them, in every way`, () => {
      for (const transA of bools)
        for (const transB of bools)
          for (const [aShared, bShared] of [
            [false, false],
            [true, false],
            [false, true],
          ])
            for (const bias of [null, random(n)]) {
              const a = random((aShared ? 1 : batch) * m * k);
              const b = random((bShared ? 1 : batch) * k * n);
              const call: GemmCall = {
                batch,
                m,
                n,
                k,
                a,
                b,
                transA,
                transB,
                aShared,
                bShared,
                bias,
              };
              expectClose("product", backend.gemm(call), truth.gemm(call));
            }
    });
  }

  test("nothing times nothing", () => {
    const empty = new Float32Array(0);
    const call = { batch: 1, m: 0, n: 3, k: 2, a: empty, b: random(6) };
    expect(backend.gemm(call)).toEqual(empty);
    const none = backend.gemm({ batch: 1, m: 2, n: 2, k: 0, a: empty, b: empty });
    expect(none).toEqual(new Float32Array(4));
  });

  test("into an array that is given, and added to it", () => {
    for (const [batch, m, n, k] of SIZES) {
      const [a, b, before] = [random(batch * m * k), random(batch * k * n), random(batch * m * n)];
      const call: GemmCall = { batch, m, n, k, a, b };
      const out = before.slice();
      expect(backend.gemm({ ...call, out })).toBe(out);
      expectClose("product", out, truth.gemm(call));
      out.set(before);
      backend.gemm({ ...call, out, accumulate: true });
      const expected = truth.gemm({ ...call, out: Float64Array.from(before), accumulate: true });
      expectClose("sum", out, expected);
    }
  });

  test("float64 operands", () => {
    const call = { batch: 1, m: 2, n: 3, k: 4, a: Float64Array.from(random(8)), b: random(12) };
    expectClose("product", backend.gemm(call), truth.gemm(call));
  });

  test("NaN is not lost", () => {
    const [a, b] = [new Float32Array(64 * 64), random(64 * 64)];
    b[5] = NaN;
    expect(backend.gemm({ batch: 1, m: 64, n: 64, k: 64, a, b })[5]).toBeNaN();
  });
});
