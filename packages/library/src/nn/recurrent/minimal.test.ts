import { describe, expect, test } from "vitest";
import { noGrad } from "../../autograd/index.ts";
import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { cat, randn, RandomGenerator, type Tensor } from "../../tensor/index.ts";
import { RUNS } from "../../../test/support/engines.ts";
import { MinGRUCell, MinLSTMCell } from "./minimal-cells.ts";
import { MinGRU, MinLSTM, type MinimalOptions } from "./minimal.ts";
import { Recurrent } from "./recurrent.ts";

const LENGTHS = [9, 4, 1];
const CASES = [
  ["MinGRU", "linear"],
  ["MinGRU", "positive"],
  ["MinLSTM", "linear"],
  ["MinLSTM", "positive"],
] as const;

describe.each(RUNS)("on the engine %s", (_, run) => {
  test.each(CASES)("%s, %s: all steps at once are the cell step by step", (name, content) => {
    run(() => {
      const generator = new RandomGenerator(2);
      const options: MinimalOptions = { content, numLayers: 2, bidirectional: true, generator };
      const [Layer, Cell] = name === "MinGRU" ? [MinGRU, MinGRUCell] : [MinLSTM, MinLSTMCell];
      const layer = new Layer(3, 5, options);
      const cells = new Recurrent((width) => new Cell(width, 5, { content }), {
        numLayers: 2,
        bidirectional: true,
        inputSize: 3,
      });
      const inCells = (key: string) => key.replace(/^(\w+)(_l\d(?:_reverse)?)$/, "cell$2.$1");
      const weights = Object.entries(layer.stateDict());
      cells.loadStateDict(Object.fromEntries(weights.map(([key, t]) => [inCells(key), t])));

      const all = (one: typeof layer | typeof cells) => {
        const random = new RandomGenerator(5);
        const x = randn([9, 3, 3], { generator: random, requiresGrad: true });
        const h0 = randn([4, 3, 5], { generator: random, requiresGrad: true });
        const [output, hN] = one.forward(x, h0, { lengths: LENGTHS });
        const both = joined(output, hN);
        both.backward(randn([both.size], { generator: random }));
        return { both, x: x.grad!, h0: h0.grad! };
      };
      const [fast, slow] = [all(layer), all(cells)];
      expectClose(fast.both, slow.both);
      expectClose(fast.x, slow.x);
      expectClose(fast.h0, slow.h0);
      const grads = new Map(cells.namedParameters());
      for (const [key, { grad }] of layer.namedParameters()) {
        expectClose(grad!, grads.get(inCells(key))!.grad!);
      }
    });
  });

  test.each(CASES)("%s, %s: one step at a time, with its state carried on", (name, content) => {
    run(() => {
      const generator = new RandomGenerator(3);
      const Layer = name === "MinGRU" ? MinGRU : MinLSTM;
      const layer = new Layer(3, 6, { content, numLayers: 2, batchFirst: true, generator });
      const x = randn([2, 300, 3], { generator });
      noGrad(() => {
        const [whole, end] = layer.forward(x);
        const steps: Tensor[] = [];
        let h: Tensor | null = null;
        for (let t = 0; t < 300; t++) {
          const [output, next] = layer.forward(x.slice(1, t, t + 1), h);
          steps.push(output);
          h = next;
        }
        expectClose(cat(steps, 1), whole);
        expectClose(h!, end);
      });
    });
  });
});

test("what stands after a sequence's end, even NaN, changes no output and no gradient", () => {
  const layer = new MinLSTM(3, 5, { batchFirst: true, bidirectional: true });
  const x = randn([2, 4, 3]);
  const spoilt = x.clone();
  spoilt.storage.array.fill(NaN, 2 * 3, 4 * 3);
  const run = (input: Tensor) => {
    layer.zeroGrad();
    const [output, hN] = layer.forward(input, null, { lengths: [2, 4] });
    joined(output, hN).sum().backward();
    return [output, hN, ...layer.parameters().map((p) => p.grad!)].map((t) => t.toArray());
  };
  expect(run(spoilt)).toEqual(run(x));
});

test("gates far beyond what float32 can express give no NaN", () => {
  const layer = new MinLSTM(1, 2, { bias: false });
  layer.loadStateDict({ weight_ih_l0: randn([6, 1]).mul(0).add(1000) });
  for (const sign of [1, -1]) {
    const [output] = layer.forward(randn([3, 2, 1]).abs().add(1).mul(sign));
    expect(output.data.every(Number.isFinite)).toBe(true);
  }
});

test("there is no weight_hh, and nothing of it to drop", () => {
  expect(Object.keys(new MinGRU(3, 5).stateDict())).toEqual(["weight_ih_l0", "bias_ih_l0"]);
  expect(new MinGRU(3, 5).stateDict().weight_ih_l0.shape).toEqual([10, 3]);
  expect(new MinLSTM(3, 5).stateDict().weight_ih_l0.shape).toEqual([15, 3]);
  const options = { weightDropout: 0.5 } as MinimalOptions;
  expect(() => new MinGRU(3, 5, options)).toThrow("there is no weight_hh to drop");
});

test("what is not a content, an input or a state is refused", () => {
  const options = { content: "relu" } as unknown as MinimalOptions;
  expect(() => new MinGRU(3, 5, options)).toThrow(ArgumentError);
  expect(() => new MinLSTMCell(3, 5, options)).toThrow('expected content "linear" or "positive"');
  expect(() => new MinGRU(3, 5).forward(randn([4, 2, 5]))).toThrow(ShapeError);
  expect(() => new MinGRU(3, 5).forward(randn([4, 2, 3]), randn([1, 2, 3]))).toThrow(
    "expected h0 [numLayers, batch, features] = [1, 2, 5], got [1, 2, 3]",
  );
  expect(() => new MinGRUCell(3, 5).forward(randn([2, 4]))).toThrow("inputSize is 3");
});

function joined(...tensors: Tensor[]): Tensor {
  return cat(tensors.map((t) => t.flatten()));
}

/** Gates of the kernels differ from the plain formulas by two units in the last place. */
function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const tolerance = actual.dtype === "float64" ? 1e-13 : 3e-6;
  const scale = Math.max(1, expected.abs().max().item());
  expect(actual.sub(expected).abs().max().item() / scale).toBeLessThan(tolerance);
}
