import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENGINES } from "../../test/support/engines.ts";
import { expectClose } from "../../test/support/engine-calls.ts";
import { engineName, useEngine } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { linear } from "../tensor/ops/matmul.ts";
import { randn, RandomGenerator, tensor, zeros, type Tensor } from "../tensor/index.ts";
import { crossEntropy, linearCrossEntropy } from "./index.ts";

const defaultEngine = engineName();
const generator = new RandomGenerator(5);
const random = (...shape: number[]) => randn(shape, { generator });

describe.each(ENGINES)("linearCrossEntropy on %s", (engine) => {
  beforeAll(() => useEngine(engine));
  afterAll(() => useEngine(defaultEngine));

  test("is crossEntropy of linear, where the rows come in several pieces", () => {
    const [n, k, C] = [100, 3, 12_001]; // 43 rows at a time
    const values = [random(n, k), random(C, k), random(C)];
    const targets = tensor(
      Int32Array.from({ length: n }, (_, row) => (row === 50 ? -100 : (row * 997) % C)),
    );
    const options = { weight: random(C).abs(), labelSmoothing: 0.1 };
    for (const reduction of ["mean", "sum"] as const) {
      const [fused, apart] = [
        (x: Tensor, W: Tensor, linearBias: Tensor) =>
          linearCrossEntropy(x, W, targets, { ...options, reduction, linearBias }),
        (x: Tensor, W: Tensor, b: Tensor) =>
          crossEntropy(linear(x, W, b), targets, { ...options, reduction }),
      ].map((loss) => {
        const [x, W, b] = values.map(({ data, shape }) =>
          tensor(data, { shape, requiresGrad: true }),
        );
        const output = loss(x, W, b);
        output.mul(3).backward();
        return [output, x.grad!, W.grad!, b.grad!].map((found) => found.data as FloatArray);
      });
      fused.forEach((actual, i) => {
        const size = Math.max(...apart[i].map(Math.abs));
        expectClose(`${reduction} ${i}`, actual, apart[i], {
          rtol: 1e-5,
          atol: 2e-6 * size,
        });
      });
    }
  });
});

describe("linearCrossEntropy", () => {
  test("gives gradients to what asks for them alone", () => {
    const x = randn([4, 3], { generator, requiresGrad: true });
    const W = random(5, 3);
    linearCrossEntropy(x, W, tensor([0, 1, 2, 3])).backward();
    expect(x.grad!.shape).toEqual([4, 3]);
    expect(W.grad).toBeNull();
    expect(linearCrossEntropy(x.detach(), W, tensor([0, 1, 2, 3])).requiresGrad).toBe(false);
  });

  test("all targets ignored: the mean is NaN, the sum 0", () => {
    const [x, W, targets] = [zeros([2, 3]), zeros([4, 3]), tensor([-100, -100])];
    expect(linearCrossEntropy(x, W, targets).item()).toBeNaN();
    expect(linearCrossEntropy(x, W, targets, { reduction: "sum" }).item()).toBe(0);
  });

  test("says what does not fit", () => {
    const [x, W] = [zeros([2, 3]), zeros([5, 3])];
    const targets = tensor([0, 1]);
    expect(() => linearCrossEntropy(zeros([2, 4]), W, targets)).toThrow(
      "linearCrossEntropy: expected input [n, inFeatures] and linearWeight [numClasses, inFeatures], got [2, 4] and [5, 3].",
    );
    expect(() => linearCrossEntropy(x, W, targets, { linearBias: zeros([4]) })).toThrow(
      "linearCrossEntropy: expected linearBias [5], one for every class, got [4].",
    );
    expect(() => linearCrossEntropy(x, W, tensor([0, 5]))).toThrow(
      "linearCrossEntropy: expected targets from 0 to 4 because there are 5 classes, or ignoreIndex -100, got 5 at position [1].",
    );
    expect(() => linearCrossEntropy(x, W, tensor([0]))).toThrow(/expected targets \[2\]/);
  });
});
