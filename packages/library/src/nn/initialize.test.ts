import { describe, expect, test } from "vitest";
import { zeros, RandomGenerator, type Tensor } from "../tensor/index.ts";
import {
  Conv1d,
  Embedding,
  Highway,
  init,
  initialize,
  LayerNorm,
  Linear,
  Module,
  Parameter,
  Residual,
  Sequential,
  type InitRecipe,
} from "./index.ts";
import { GRUCell, LSTMCell } from "./recurrent/cells.ts";
import { GRU } from "./recurrent/gru.ts";
import { LSTM } from "./recurrent/lstm.ts";
import { RNN } from "./recurrent/rnn.ts";

const H = 5;

function gatesOf(weight: Tensor, numGates: number): Tensor[] {
  return weight.detach().chunk(numGates, 0);
}

/** ‖QᵀQ − I‖, of whichever side is the smaller one. */
function distanceFromOrthogonal(q: Tensor): number {
  const [rows, columns] = q.shape;
  const product = rows <= columns ? q.matmul(q.transpose()) : q.transpose().matmul(q);
  return product
    .sub(init.eye_(zeros(product.shape)))
    .abs()
    .max()
    .item();
}

/** The bias that a gate sees: PyTorch's two, added. */
function biasOf(layer: Module, suffix: string, numGates: number): number[][] {
  const dict = layer.stateDict();
  const sum = dict[`bias_ih${suffix}`].add(dict[`bias_hh${suffix}`]);
  return gatesOf(sum, numGates).map((gate) => [...gate.data]);
}

describe("initialize", () => {
  test.each([
    ["LSTM", () => new LSTM(3, H, { numLayers: 2, bidirectional: true }), 4],
    ["GRU", () => new GRU(3, H, { numLayers: 2, bidirectional: true }), 3],
    ["RNN", () => new RNN(3, H, { numLayers: 2, bidirectional: true }), 1],
  ] as const)(
    "%s: every gate, layer and direction becomes orthogonal by itself",
    (_, create, numGates) => {
      const layer = create();
      const report = initialize(layer, { recurrent: "orthogonal" });
      for (const suffix of ["_l0", "_l0_reverse", "_l1", "_l1_reverse"]) {
        const gates = gatesOf(layer.stateDict()[`weight_hh${suffix}`], numGates);
        for (const gate of gates) expect(distanceFromOrthogonal(gate)).toBeLessThan(1e-6);
        expect(report.changed[`weight_hh${suffix}`]).toBe("recurrent: orthogonal");
      }
      expect(report.unchanged).toHaveLength(12);
    },
  );

  test("a projected LSTM's gates have orthonormal columns, and its projection rows", () => {
    const lstm = new LSTM(3, H, { projSize: 2 });
    initialize(lstm, { recurrent: "orthogonal", projection: "orthogonal" });
    const dict = lstm.stateDict();
    for (const gate of gatesOf(dict.weight_hh_l0, 4)) {
      expect(gate.shape).toEqual([H, 2]);
      expect(distanceFromOrthogonal(gate)).toBeLessThan(1e-6);
    }
    expect(distanceFromOrthogonal(dict.weight_hr_l0)).toBeLessThan(1e-6);
  });

  test("xavierUniform takes each gate's own fans, not those of the stack", () => {
    const lstm = new LSTM(100, 200);
    initialize(lstm, { input: "xavierUniform" }, { generator: new RandomGenerator(2) });
    const largest = lstm.stateDict().weight_ih_l0.abs().max().item();
    expect(largest).toBeCloseTo(Math.sqrt(6 / 300), 4);
  });

  test("forgetBias: the two biases of the forget gate add up to it, and others stay", () => {
    const lstm = new LSTM(3, H, { numLayers: 2, bidirectional: true });
    const before = biasOf(lstm, "_l1_reverse", 4);
    initialize(lstm, { forgetBias: 1 });
    for (const suffix of ["_l0", "_l0_reverse", "_l1", "_l1_reverse"]) {
      expect(biasOf(lstm, suffix, 4)[1]).toEqual(new Array(H).fill(1));
    }
    const after = biasOf(lstm, "_l1_reverse", 4);
    expect([after[0], after[2], after[3]]).toEqual([before[0], before[2], before[3]]);
  });

  test("updateBias makes a GRU keep its state: z → 1 in h′ = (1 − z) ⊙ n + z ⊙ h", () => {
    const cell = new GRUCell(3, H);
    initialize(cell, { updateBias: 30, bias: 0 });
    expect(biasOf(cell, "", 3)).toEqual([0, 30, 0].map((b) => new Array<number>(H).fill(b)));
    const h = zeros([1, H]).add(0.7);
    expect(
      cell
        .forward(zeros([1, 3]), h)
        .sub(h)
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-6);
  });

  test("a later part of the recipe stands above bias, and the report names both", () => {
    const cell = new LSTMCell(3, H);
    const { changed } = initialize(cell, { bias: 0.5, forgetBias: 2 });
    expect(biasOf(cell, "", 4).map(([b]) => b)).toEqual([0.5, 2, 0.5, 0.5]);
    expect(changed.bias_ih).toBe("bias: 0.5, forgetBias: 2");
  });

  test("chrono: forget biases are log U(1, T − 1), and input biases their negatives", () => {
    const lstm = new LSTM(1, 500);
    initialize(lstm, { chrono: 101 }, { generator: new RandomGenerator(3) });
    const [i, f] = biasOf(lstm, "_l0", 4);
    expect(i).toEqual(f.map((b) => -b));
    const times = f.map(Math.exp);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...times)).toBeLessThanOrEqual(100.001);
    expect(times.reduce((sum, t) => sum + t, 0) / times.length).toBeCloseTo(50.5, -1);
    // σ(f) is a forget gate that keeps 1/e of the cell after about exp(f) steps.
    const gru = new GRU(1, 500);
    initialize(gru, { chrono: 101 }, { generator: new RandomGenerator(3) });
    expect(biasOf(gru, "_l0", 3)[1]).toEqual(f);
  });

  test("IRNN: with identity and zero input, a relu RNN keeps what it holds", () => {
    const rnn = new RNN(3, H, { nonlinearity: "relu" });
    const small = (w: Tensor) => init.normal_(w, 0, 0.001);
    const report = initialize(rnn, { recurrent: "identity", input: small, bias: 0 });
    const h0 = zeros([1, 1, H]).add(0.3);
    const [, hN] = rnn.forward(zeros([50, 1, 3]), h0);
    expect(hN.toArray()).toEqual(h0.toArray());
    expect(report.changed.weight_ih_l0).toBe("input: small");
  });

  test("finds layers inside a user's modules, lists and wrappers; leaves norms alone", () => {
    class Model extends Module {
      readonly embedding = new Embedding(7, 4, { paddingIdx: 2 });
      readonly conv = new Conv1d(4, 3, 3);
      readonly stack = [new Residual(new GRU(3, 3)), new Residual(new GRU(3, 3))];
      readonly head = new Sequential(new LayerNorm(3), new Linear(3, 2));
    }
    const model = new Model();
    const { changed, unchanged } = initialize(model, {
      embedding: (w) => init.constant_(w, 0.1),
      conv: "kaimingNormal",
      recurrent: "orthogonal",
      linear: "zeros",
      bias: 0,
    });
    expect(Object.keys(changed)).toEqual([
      "embedding.weight",
      "conv.weight",
      "conv.bias",
      "stack.0.layer.weight_hh_l0",
      "stack.0.layer.bias_ih_l0",
      "stack.0.layer.bias_hh_l0",
      "stack.1.layer.weight_hh_l0",
      "stack.1.layer.bias_ih_l0",
      "stack.1.layer.bias_hh_l0",
      "head.1.weight",
      "head.1.bias",
    ]);
    expect(unchanged).toContain("head.0.weight");
    expect(unchanged).toContain("stack.0.layer.weight_ih_l0");
    expect(model.embedding.weight.sum(1).eq(0).toArray()).toEqual([0, 0, 1, 0, 0, 0, 0]);
    expect(changed["embedding.weight"]).toBe("embedding: a function, embedding: row 2 zeros");
    expect(model.head.layers[0].stateDict().weight.toArray()).toEqual([1, 1, 1]);
  });

  test("a Highway's gate keeps its bias, for it is negative on purpose", () => {
    const highway = new Highway(new Linear(3, 3), 3, { gateBias: -2 });
    const { unchanged } = initialize(highway, { bias: 0 });
    expect(highway.gate.bias!.toArray()).toEqual([-2, -2, -2]);
    expect(highway.layer.bias!.toArray()).toEqual([0, 0, 0]);
    expect(unchanged).toContain("gate.bias");
  });

  test("a user's cell takes part by its parameters' names and its gates", () => {
    class MyCell extends Module {
      readonly gates = "fc";
      readonly bias_ih = new Parameter(zeros([2 * H]));
      readonly weight_hh = new Parameter(zeros([2 * H, H]));
    }
    const cell = new MyCell();
    initialize(cell, { recurrent: "orthogonal", forgetBias: 1 });
    expect(gatesOf(cell.bias_ih, 2).map((gate) => gate.sum().item())).toEqual([H, 0]);
    for (const gate of gatesOf(cell.weight_hh, 2)) {
      expect(distanceFromOrthogonal(gate)).toBeLessThan(1e-6);
    }
  });

  test("the same generator gives the same weights, and engines hear of the change", () => {
    const run = () => {
      const lstm = new LSTM(2, 3);
      const recipe: InitRecipe = {
        recurrent: "orthogonal",
        input: "xavierNormal",
        chrono: 9,
        bias: 0,
      };
      const before = lstm.parameters().map(({ storage }) => storage.version);
      initialize(lstm, recipe, { generator: new RandomGenerator(5) });
      lstm.parameters().forEach(({ storage }, i) => {
        expect(storage.version).toBeGreaterThan(before[i]);
      });
      return Object.values(lstm.stateDict()).map((t) => t.toArray());
    };
    expect(run()).toEqual(run());
  });

  class ThreeGates extends Module {
    readonly gates = "abc";
    readonly weight_hh = new Parameter(zeros([4, 2]));
  }
  const model = new Sequential(new Linear(2, 2));

  // prettier-ignore
  test.each<[run: () => unknown, message: RegExp]>([
    [() => initialize(model, { forgetBias: 1 }), /"forgetBias" is for LSTMs with biases.*among Sequential, Linear/],
    [() => initialize(new GRU(2, 2), { forgetBias: 1 }), /"forgetBias" is for LSTMs.*among GRU/],
    [() => initialize(new LSTM(2, 2, { bias: false }), { forgetBias: 1 }), /LSTMs with biases/],
    [() => initialize(new LSTM(2, 2), { updateBias: 1 }), /"updateBias" is for GRUs/],
    [() => initialize(new RNN(2, 2), { chrono: 9 }), /"chrono" is for LSTMs and GRUs/],
    [() => initialize(model, { recurrent: "orthogonal" }), /"recurrent" is for recurrent layers/],
    [() => initialize(model, { linear: "xavier" as "zeros" }), /linear to be a function or one of xavierUniform, .*got "xavier"/],
    [() => initialize(model, { bias: "zeros" as never }), /bias to be a number, got "zeros"/],
    [() => initialize(model, { forget: 1 } as InitRecipe), /expected some of input, recurrent, .*got forget/],
    [() => initialize(model, {}), /expected a recipe, got an empty one/],
    [() => initialize(new LSTM(2, 2), { chrono: 9, forgetBias: 1 }), /chrono sets the biases/],
    [() => initialize(new LSTM(2, 2), { chrono: 1 }), /chrono to be a whole number of at least 2, got 1/],
    [() => initialize(new ThreeGates(), { recurrent: "orthogonal" }), /ThreeGates's weight_hh to be a multiple of 3, for the gates "abc", got \[4, 2\]/],
  ])("%s", (run, message) => {
    expect(run).toThrow(message);
  });

  test("a recipe that matches in part changes nothing", () => {
    const before = model.stateDict()["0.weight"].toArray();
    expect(() => initialize(model, { linear: "zeros", forgetBias: 1 })).toThrow(/forgetBias/);
    expect(model.stateDict()["0.weight"].toArray()).toEqual(before);
  });
});
