import { describe, expect, test } from "vitest";
import { noGrad } from "../autograd/index.ts";
import { withEngine } from "../backends/index.ts";
import { crossEntropy } from "../losses/index.ts";
import {
  Dropout,
  Embedding,
  GRU,
  initialize,
  LayerNormLSTM,
  Linear,
  LSTM,
  MinLSTM,
  Module,
  PeepholeLSTM,
  RNN,
} from "../nn/index.ts";
import { manualSeed, randn, RandomGenerator, tensor, type Tensor } from "../tensor/index.ts";
import { gradientFlow } from "./gradient-flow.ts";
import { lagExperiment } from "./lag-experiment.ts";
import { recordSteps } from "./recording.ts";
import { jacobiansOf, reachOf } from "./step-derivatives.ts";
import { weightFlows, weightGradients } from "./weight-flow.ts";
import { weightSpectra } from "./weight-spectra.ts";

const generator = new RandomGenerator(8);
const random = (...shape: number[]) => randn(shape, { generator });

interface SequenceLayer extends Module {
  forward(x: Tensor, states: null, options: { lengths: readonly number[] }): [Tensor, unknown];
}

class Tagger extends Module {
  readonly embedding = new Embedding(11, 3, { generator });
  readonly lstm = new LSTM(3, 4, {
    numLayers: 2,
    bidirectional: true,
    batchFirst: true,
    generator,
  });
  readonly dropout = new Dropout(0.5, { generator });
  readonly head = new Linear(8, 5, { generator });

  forward(ids: Tensor, lengths?: readonly number[]): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(ids), null, { lengths });
    return this.head.forward(this.dropout.forward(output));
  }
}

const ids = tensor([[1, 2, 3, 4, 5, 6], [7, 8, 9, 0, 0, 0], [3, 1, 4, 1, 5, 0]], { dtype: "int32" }); // prettier-ignore
const lengths = [6, 3, 5];

describe("weights by lag", () => {
  test.each<[string, Module]>([
    ["RNN", new RNN(3, 4, { numLayers: 2, bidirectional: true, generator })],
    ["LSTM with a projection", new LSTM(3, 4, { projSize: 2, bidirectional: true, generator })],
    ["GRU, reset before the product", new GRU(3, 4, { resetAfter: false, generator })],
    ["MinLSTM", new MinLSTM(3, 4, { numLayers: 2, generator })],
    ["PeepholeLSTM", new PeepholeLSTM(3, 4, { bidirectional: true })],
    ["LayerNormLSTM", new LayerNormLSTM(3, 4)],
  ])("%s: the parts of all lags add up to the whole gradient, and norms are theirs", (_, layer) => {
    withEngine("reference", () => {
      const x = random(6, 3, 3);
      const { result, layers } = recordSteps(layer, () => {
        const [output] = (layer as SequenceLayer).forward(x, null, { lengths });
        return output.mul(random(...output.shape)).sum();
      });
      result.backward();
      for (const recorded of layers) {
        const flows = weightFlows(layer, recorded);
        for (const [i, [weight, byLag]] of [...weightGradients(recorded)].entries()) {
          const sum = new Float64Array(weight.size);
          for (const part of byLag) part.forEach((value, at) => (sum[at] += value));
          sum.forEach((value, at) => expect(value).toBeCloseTo(weight.grad!.storage.array[at], 10));
          expect(flows[i].byLag.length).toBe(6);
          for (const [lag, part] of byLag.entries()) {
            expect(flows[i].byLag[lag]).toBeCloseTo(Math.hypot(...part), 10);
          }
          expect(flows[i].whole).toBeCloseTo(Math.hypot(...sum), 10);
        }
      }
      const named = layers.flatMap((recorded) =>
        weightFlows(layer, recorded).map(({ name }) => name),
      );
      const keys = Array.from(layer.namedParameters(), ([name]) => name);
      expect(named.every((name) => keys.includes(name))).toBe(true);
      expect(new Set(named)).toEqual(new Set(keys.filter((key) => /weight_(ih|hh|hr)/.test(key))));
    });
  });
});

describe("derivatives of states by states", () => {
  const sizes = [3, 2, 3] as const;
  test.each([
    ["RNN", new RNN(3, 4, { generator })],
    ["LSTM", new LSTM(3, 4, { generator })],
    ["GRU, reverse direction", new GRU(3, 4, { bidirectional: true, generator })],
  ])("%s: the longest product is the layer's own derivative, by finite differences", (_, layer) => {
    withEngine("reference", () => {
      const [seq, batch, inputSize] = sizes;
      const x = random(seq, batch, inputSize);
      const recorded = recordSteps(layer, () => layer.forward(x)).layers.at(-1)!;
      const { product, step } = jacobiansOf(recorded);
      const n = recorded.initial.reduce((sum, { shape }) => sum + shape[1], 0);
      const isLSTM = layer instanceof LSTM;
      const direction = layer.numDirections - 1;

      // s_T as a function of s_0, of the first sequence.
      const end = (start: Float64Array) => {
        const states = [start.subarray(0, 4), start.subarray(4)].map((part) => {
          const all = new Float64Array(layer.numDirections * batch * 4);
          all.set(part, direction * batch * 4);
          return tensor(all, { shape: [layer.numDirections, batch, 4] });
        });
        for (const state of states) state.swapToFloat64();
        const [, after] = noGrad(() =>
          isLSTM ? layer.forward(x, [states[0], states[1]]) : layer.forward(x, states[0] as never),
        );
        const parts = [after].flat();
        return parts.flatMap((part) => [...part.select(0, direction).select(0, 0).storage.array]);
      };
      const eps = 1e-3; // Initial states pass through float32 on their way.
      const columns = Array.from({ length: n }, (_, j) => {
        const moved = (by: number) => end(new Float64Array(n).map((_, i) => (i === j ? by : 0)));
        const [above, below] = [moved(eps), moved(-eps)];
        return above.map((value, i) => (value - below[i]) / (2 * eps));
      });
      const matrix = columns[0].map((_, i) => columns.map((column) => column[i]));
      // ‖A‖₂ by its own definition: the longest image of a unit vector, over a fine net of them.
      let v = columns.map((_, j) => 1 + j / 7);
      let norm = 0;
      for (let k = 0; k < 200; k++) {
        const image = matrix.map((row) => row.reduce((sum, a, j) => sum + a * v[j], 0));
        norm = Math.hypot(...image) / Math.hypot(...v);
        v = columns.map((column) => column.reduce((sum, a, i) => sum + a * image[i], 0));
        const length = Math.hypot(...v);
        v = v.map((value) => value / length);
      }
      expect(product[seq] / norm).toBeCloseTo(1, 4);
      expect(product[0]).toBe(1);
      const last = direction === 0 ? seq - 1 : 0;
      expect(product[1]).toBeCloseTo(step[last], 10);
    });
  });

  test("of a linear network with an orthogonal matrix of radius ρ, all is known: ρ^lag, and ln ρ", () => {
    for (const radius of [0.9, 1.1]) {
      const { model, loss } = lagExperiment({
        cell: "linear",
        radius,
        seq: 40,
        hiddenSize: 8,
        batch: 2,
      });
      for (const precision of ["engine", "float64"] as const) {
        const { layers } = gradientFlow(model, loss, { precision });
        const [{ reach, jacobians, h, spectra }] = layers;
        for (const lag of [0, 1, 17, 40]) {
          expect(reach[lag] / radius ** lag).toBeCloseTo(1, 4);
          expect(jacobians!.product[lag] / radius ** lag).toBeCloseTo(1, 4);
          expect(h.perSequence[lag] / radius ** lag).toBeCloseTo(1, 4);
          expect(h.byLag[lag] / (radius ** lag * Math.SQRT2)).toBeCloseTo(1, 4);
        }
        expect(jacobians!.lyapunov).toBeCloseTo(Math.log(radius), 5);
        expect(jacobians!.step[3]).toBeCloseTo(radius, 5);
        expect(spectra).toHaveLength(1);
        expect(spectra[0].radius).toBeCloseTo(radius, 5);
        expect(spectra[0].norm).toBeCloseTo(radius, 5);
      }
    }
  });

  test("in float32, products go on where float32 ends", () => {
    const { model, loss } = lagExperiment({ radius: 0.2 });
    const [{ jacobians, h }] = gradientFlow(model, loss).layers;
    const [exact] = gradientFlow(model, loss, { precision: "float64" }).layers;
    expect(h.byLag[100]).toBe(0);
    expect(exact.h.byLag[100]).toBeGreaterThan(0);
    expect(jacobians!.product[100]).toBeLessThan(1e-70);
    expect(jacobians!.product[100] / exact.jacobians!.product[100]).toBeCloseTo(1, 2);
  });

  test("reach is, in the mean square over many sequences, ‖P‖_F/√n", () => {
    withEngine("reference", () => {
      const rnn = new RNN(3, 4, { generator });
      const x = random(6, 1, 3).expand(6, 400, 3);
      const recorded = recordSteps(rnn, () => rnn.forward(x)).layers[0];
      const norms = reachOf(recorded);
      const meanSquare = norms.byLag[6] ** 2 / 400;
      // ‖P‖_F² = Σ over unit cotangents at the end of what arrives at the start.
      let squares = 0;
      for (let i = 0; i < 4; i++) {
        const h0 = tensor([0, 0, 0, 0], { shape: [1, 1, 4], requiresGrad: true });
        rnn
          .forward(x.slice(1, 0, 1), h0)[1]
          .select(2, i)
          .sum()
          .backward();
        squares += [...h0.grad!.storage.array].reduce((sum, g) => sum + g * g, 0);
      }
      expect(meanSquare / (squares / 4)).toBeGreaterThan(0.8);
      expect(meanSquare / (squares / 4)).toBeLessThan(1.25);
    });
  });
});

describe("gradientFlow", () => {
  const lossOf = (model: Tagger) => () =>
    crossEntropy(model.forward(ids, lengths).flatten(0, 1), ids.flatten().clamp(0, 4).int());

  test("names every layer and direction, and counts lags from each sequence's own end", () => {
    const model = new Tagger();
    const flow = gradientFlow(model, lossOf(model), { precision: "float64" });
    expect(flow.layers.map(({ name }) => name)).toEqual([
      "lstm.l0",
      "lstm.l0_reverse",
      "lstm.l1",
      "lstm.l1_reverse",
    ]);
    const again = withEngine("reference", () => {
      const { result, layers } = recordSteps(model.eval(), lossOf(model));
      result.backward();
      return layers;
    });
    for (const [i, { direction, steps, initial, order }] of again.entries()) {
      const norm = (t: number, b: number) => {
        const row = steps[t].rows.indexOf(b);
        const grad = row < 0 ? null : steps[t].state[1].grad;
        return grad ? Math.hypot(...grad.storage.array.slice(row * 4, row * 4 + 4)) : 0;
      };
      const { c } = flow.layers[i];
      for (let lag = 0; lag < 6; lag++) {
        const own = lengths.flatMap((length, b) => {
          if (lag >= length) return [];
          return [norm(direction === "forward" ? length - 1 - lag : lag, b)];
        });
        const start = lengths.flatMap((length, b) => {
          if (lag !== length) return [];
          const row = order.indexOf(b);
          return [Math.hypot(...initial[1].grad!.storage.array.slice(row * 4, row * 4 + 4))];
        });
        const all = [...own, ...start];
        expect(c!.byLag[lag]).toBeCloseTo(Math.hypot(...all), 12);
        expect(c!.perSequence[lag]).toBeCloseTo(all.reduce((a, b) => a + b) / all.length, 12);
        expect(c!.byStep[lag]).toBeCloseTo(Math.hypot(...lengths.map((_, b) => norm(lag, b))), 12);
      }
    }
  });

  test("gives the loss and the gradient's norm of the model's own backward pass", () => {
    const model = new Tagger();
    model.eval();
    const loss = lossOf(model)();
    loss.backward();
    const squares = model
      .parameters()
      .flatMap(({ grad }) => [...grad!.storage.array])
      .reduce((sum, g) => sum + g * g, 0);
    const flow = gradientFlow(model, lossOf(model));
    expect(flow.loss).toBeCloseTo(loss.item(), 5);
    expect(flow.gradNorm).toBeCloseTo(Math.sqrt(squares), 5);
    expect(flow.precision).toBe("float32");
  });

  test("takes input, targets and a loss as well", () => {
    const head = new Tagger();
    const loss = (y: Tensor, targets: Tensor) => crossEntropy(y.flatten(0, 1), targets.flatten());
    const given = { input: ids, targets: ids.clamp(0, 4).int(), loss };
    const flow = gradientFlow(head, given);
    expect(flow.loss).toBeCloseTo(
      gradientFlow(head, () => loss(head.eval().forward(ids), given.targets)).loss,
      6,
    );
  });

  test("leaves gradients, modes, weights and random numbers as they were", () => {
    manualSeed(7);
    const model = new Tagger();
    model.head.eval();
    const grad = randn([11, 3]);
    model.embedding.weight.grad = grad;
    model.head.weight.requiresGrad = false;
    const before = Object.values(model.stateDict()).map((t) => Array.from(t.storage.array));
    manualSeed(7);
    gradientFlow(model, lossOf(model), { precision: "float64" });
    const drawn = randn([3]).toArray();
    manualSeed(7);
    expect(drawn).toEqual(randn([3]).toArray());
    expect(model.embedding.weight.grad).toBe(grad);
    expect(model.head.weight.grad).toBe(null);
    expect(model.head.weight.requiresGrad).toBe(false);
    expect(model.lstm.parameters().every((p) => p.grad === null && p.requiresGrad)).toBe(true);
    expect([model.training, model.head.training, model.dropout.training]).toEqual([
      true,
      false,
      true,
    ]);
    expect(Object.values(model.stateDict()).map((t) => Array.from(t.storage.array))).toEqual(
      before,
    );
  });

  test("a large state has no Jacobians unless they are asked for", () => {
    const lstm = new LSTM(2, 65);
    const loss = () => lstm.forward(random(3, 1, 2))[0].sum();
    const flow = (jacobians?: boolean) =>
      gradientFlow(lstm, loss, { jacobians, spectra: false }).layers[0].jacobians;
    expect(flow()).toBe(null);
    expect(flow(true)!.step.length).toBe(3);
  });

  test("gate shares are counted by hand", () => {
    const gru = new GRU(1, 2, { generator });
    initialize(gru, { recurrent: "zeros", input: "zeros", bias: 0 });
    gru.stateDict()["bias_ih_l0"].copy_(tensor([9, -9, 0, 0, 9, -9]));
    const { layers } = gradientFlow(gru, () => gru.forward(random(4, 3, 1))[0].sum());
    const [r, z, n] = layers[0].gates;
    expect([r.name, r.low, r.high, r.alwaysLow]).toEqual(["r", 0.5, 0.5, 0.5]);
    expect([z.name, z.mean, z.low, z.high]).toEqual(["z", 0.5, 0, 0]);
    expect([n.name, n.kind, n.low, n.high]).toEqual(["n", "tanh", 0.5, 0.5]);
  });

  test.each<[string, (model: Tagger) => unknown, RegExp]>([
    [
      "no number",
      (model) => gradientFlow(model, () => model.forward(ids)),
      /one number, got shape \[3, 6, 5\]/,
    ],
    [
      "no tensor",
      (model) => gradientFlow(model, (() => Number(model.forward(ids).rank)) as never),
      /one number, got 3/,
    ],
    [
      "a precision",
      (model) => gradientFlow(model, lossOf(model), { precision: "half" as never }),
      /"float64", got "half"/,
    ],
    [
      "nothing recurrent",
      (model) => gradientFlow(model, () => model.head.weight.sum()),
      /no recurrent layer of Tagger ran/,
    ],
  ])("refuses %s", (_, run, message) => {
    expect(() => run(new Tagger())).toThrow(message);
  });

  test("a forward that returns more than one tensor is told to give a function", () => {
    const lstm = new LSTM(3, 4);
    const given = { input: random(2, 2, 3), targets: ids, loss: crossEntropy as never };
    expect(() => gradientFlow(lstm, given)).toThrow(/It returns more: give a function/);
  });
});

describe("weightSpectra", () => {
  test("goes by the keys of a state dict, gate by gate, and through projections", () => {
    const lstm = new LSTM(3, 4, { projSize: 2, generator });
    const dict = lstm.stateDict();
    const [i] = weightSpectra(dict);
    expect(
      weightSpectra(dict)
        .map(({ gate }) => gate)
        .join(""),
    ).toBe("ifgo");
    const block = dict["weight_hh_l0"].slice(0, 0, 4).matmul(dict["weight_hr_l0"]);
    let power = block;
    for (let k = 0; k < 6; k++) power = power.matmul(power); // ρ = lim ‖A^64‖^(1/64)
    const gelfand = Math.hypot(...power.storage.array) ** (1 / 64);
    expect(i.radius).toBeLessThan(gelfand * 1.01);
    expect(i.radius).toBeGreaterThan(gelfand * 0.9);
    expect(i.norm).toBeGreaterThanOrEqual(i.radius);
    const gru = { "rnn.weight_hh_l1_reverse": random(12, 4), "fc.weight": random(4, 4) };
    expect(weightSpectra(gru).map(({ key, gate }) => key + gate)).toEqual([
      "rnn.weight_hh_l1_reverser",
      "rnn.weight_hh_l1_reversez",
      "rnn.weight_hh_l1_reversen",
    ]);
  });

  test("a NaN among the weights is an error", () => {
    const dict = { weight_hh: random(3, 3) };
    dict.weight_hh.data[4] = NaN;
    expect(() => weightSpectra(dict)).toThrow(/NaN/);
  });
});
