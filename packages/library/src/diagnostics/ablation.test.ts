import { describe, expect, test } from "vitest";
import { Embedding, GRU, Linear, LSTM, Module, RNN } from "../nn/index.ts";
import { cat, randn, RandomGenerator, tensor, type Tensor } from "../tensor/index.ts";
import { withAblation } from "./ablation.ts";
import { gradientFlow } from "./gradient-flow.ts";
import { hiddenStates } from "./hidden-states.ts";

const generator = new RandomGenerator(4);
const random = (...shape: number[]) => randn(shape, { generator });
const far = (a: Tensor, b: Tensor) => a.sub(b).abs().max().item();

describe("withAblation", () => {
  test("h of a unit at zero is the layer without the weights that read the unit", () => {
    const rnn = new RNN(3, 5, { generator });
    const x = random(6, 2, 3);
    const start = random(1, 2, 5);
    const [output, hN] = withAblation(rnn, { h: [1, 4] }, () => rnn.forward(x, start));
    const without = new RNN(3, 5, { generator });
    without.loadStateDict(rnn.stateDict());
    const weight = without.stateDict()["weight_hh_l0"];
    weight.copy_(weight.mul(tensor([1, 0, 1, 1, 0])));
    const [expected] = without.forward(x, start);
    for (const unit of [1, 4]) {
      expect(output.select(2, unit).abs().max().item()).toBe(0);
      expect(hN.select(2, unit).abs().max().item()).toBe(0);
    }
    for (const unit of [0, 2, 3]) {
      expect(far(output.select(2, unit), expected.select(2, unit))).toBeLessThan(1e-6);
    }
  });

  test("c of a unit at zero leaves the other units of the first step alone, and shows as o ⊙ tanh 0", () => {
    const lstm = new LSTM(3, 4, { generator });
    const x = random(5, 2, 3);
    const [before] = hiddenStates(lstm, x);
    const [after] = withAblation(lstm, { c: [2] }, () => hiddenStates(lstm, x));
    expect(after.c!.select(2, 2).abs().max().item()).toBe(0);
    expect(after.h.select(2, 2).abs().max().item()).toBe(0);
    for (const unit of [0, 1, 3]) {
      const [a, b] = [before, after].map(({ c }) => c!.select(2, unit));
      expect(far(a.select(0, 0), b.select(0, 0))).toBe(0);
      expect(far(a, b)).toBeGreaterThan(0);
    }
  });

  test("one direction of one layer of a model, by the place that hiddenStates gives", () => {
    class Model extends Module {
      readonly embedding = new Embedding(7, 3, { generator });
      readonly gru = new GRU(3, 4, { numLayers: 2, bidirectional: true, generator });
      readonly head = new Linear(8, 2, { generator });
      forward(ids: Tensor): Tensor {
        return this.head.forward(this.gru.forward(this.embedding.forward(ids))[0]);
      }
    }
    const model = new Model();
    const ids = tensor([[1, 2], [3, 4], [5, 6]], { dtype: "int32" }); // prettier-ignore
    const layers = hiddenStates(model, ids);
    const reverse = layers.find(({ name }) => name === "gru.l1_reverse")!;
    const all = [0, 1, 2, 3];
    const output = withAblation(reverse, { h: all }, () => model.forward(ids));
    const zeroed = cat([layers[2].h, reverse.h.mul(0)], -1);
    expect(far(output, model.head.forward(zeroed))).toBeLessThan(1e-6);
    expect(() => withAblation(model.gru, { h: [0] }, () => model.forward(ids))).toThrow(
      /4 layers and directions. Give one of those that hiddenStates lists/,
    );
  });

  test("ablations within one another add up, and no gradient passes through what is taken out", () => {
    const rnn = new RNN(3, 4, { generator });
    const x = random(5, 2, 3);
    const flow = withAblation(rnn, { h: [0] }, () =>
      withAblation(rnn, { h: [1] }, () =>
        gradientFlow(rnn, () => rnn.forward(x)[0].sum(), { jacobians: false }),
      ),
    );
    const both = withAblation(rnn, { h: [0, 1] }, () =>
      gradientFlow(rnn, () => rnn.forward(x)[0].sum(), { jacobians: false }),
    );
    expect(flow.loss).toBeCloseTo(both.loss, 6);
    expect(flow.gradNorm).toBeCloseTo(both.gradNorm, 6);
    expect(flow.loss).not.toBeCloseTo(gradientFlow(rnn, () => rnn.forward(x)[0].sum()).loss, 2);
  });

  test.each([
    ["a unit that there is not", { h: [4] }, /between 0 and 3, got 4/],
    ["c where there is none", { c: [0] }, /the layer has no c/],
  ])("refuses %s", (_, units, message) => {
    const gru = new GRU(3, 4, { generator });
    expect(() => withAblation(gru, units, () => gru.forward(random(2, 1, 3)))).toThrow(message);
  });

  test("a layer that does not run is an error, since nothing was taken out", () => {
    const gru = new GRU(3, 4, { generator });
    expect(() => withAblation(gru, { h: [0] }, () => 3)).toThrow(/GRU did not run/);
  });
});
