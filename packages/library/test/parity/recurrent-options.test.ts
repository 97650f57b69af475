import { describe, expect, test } from "vitest";
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell } from "../../src/nn/index.ts";
import { randn, zeros, type Tensor } from "../../src/tensor/index.ts";
import { expectClose, PARITY } from "./load-fixture.ts";

/** What fixtures cannot hold: input without a batch, chance, and what is refused. */
describe("options of RNN, LSTM and GRU, as in PyTorch", () => {
  const close = (a: Tensor, b: Tensor) => {
    expect(a.shape).toEqual(b.shape);
    expectClose(a.data, b.data, PARITY);
  };

  test.each([true, false])(
    "input and states without a batch give what a batch of one gives, batchFirst %s",
    (batchFirst) => {
      const axis = batchFirst ? 0 : 1;
      const options = { batchFirst, numLayers: 2, bidirectional: true };
      const x = randn([6, 3]);
      for (const layer of [new RNN(3, 5, options), new GRU(3, 5, options)]) {
        const h0 = randn([4, 5]);
        const [output, hN] = layer.forward(x, h0);
        const [outputs, hNs] = layer.forward(x.unsqueeze(axis), h0.unsqueeze(1));
        close(output, outputs.squeeze(axis));
        close(hN, hNs.squeeze(1));
      }
      const lstm = new LSTM(3, 5, { ...options, projSize: 2 });
      const [h0, c0] = [randn([4, 2]), randn([4, 5])];
      const [output, [hN, cN]] = lstm.forward(x, [h0, c0]);
      const batch = lstm.forward(x.unsqueeze(axis), [h0.unsqueeze(1), c0.unsqueeze(1)]);
      close(output, batch[0].squeeze(axis));
      close(hN, batch[1][0].squeeze(1));
      close(cN, batch[1][1].squeeze(1));
    },
  );

  test("a cell without a batch gives what a batch of one gives; without a state, what zeros give", () => {
    const x = randn([3]);
    for (const cell of [new RNNCell(3, 5), new GRUCell(3, 5)]) {
      const h = randn([5]);
      close(cell.forward(x, h), cell.forward(x.unsqueeze(0), h.unsqueeze(0)).squeeze(0));
      close(cell.forward(x), cell.forward(x, zeros([5])));
    }
    const cell = new LSTMCell(3, 5);
    const [h, c] = [randn([5]), randn([5])];
    const one = cell.forward(x, [h, c]);
    const batch = cell.forward(x.unsqueeze(0), [h.unsqueeze(0), c.unsqueeze(0)]);
    one.forEach((part, i) => close(part, batch[i].squeeze(0)));
    close(cell.forward(x)[1], cell.forward(x, [zeros([5]), zeros([5])])[1]);
  });

  test("dropout zeroes what goes from a layer to the next, in training alone, and nothing else", () => {
    const options = { numLayers: 2, dropout: 1 };
    for (const layer of [new RNN(3, 5, options), new LSTM(3, 5, options), new GRU(3, 5, options)]) {
      const [bottom, top] = [layerAlone(layer, 0), layerAlone(layer, 1)];
      const x = randn([4, 2, 3]);
      close(layer.forward(x)[0], top.forward(zeros([4, 2, 5]))[0]);
      close(layer.eval().forward(x)[0], top.forward(bottom.forward(x)[0])[0]);
    }
    const one = new GRU(3, 5, { dropout: 1 });
    const x = randn([4, 2, 3]);
    close(one.forward(x)[0], one.eval().forward(x)[0]);
  });

  test("all parameters start uniform in ±1/√hiddenSize", () => {
    const bound = 1 / Math.sqrt(25);
    for (const layer of [new RNN(9, 25), new LSTM(9, 25), new GRU(9, 25), new LSTMCell(9, 25)]) {
      for (const [key, parameter] of layer.namedParameters()) {
        const largest = Math.max(...parameter.data.map(Math.abs));
        expect(largest, key).toBeLessThanOrEqual(bound);
        expect(largest, key).toBeGreaterThan(0.8 * bound);
        if (parameter.size < 200) continue;
        expect(parameter.mean().item() / bound, key).toBeCloseTo(0, 0);
        expect(parameter.std().item() * Math.sqrt(3), key).toBeCloseTo(bound, 1);
      }
    }
  });

  test("what cannot be is refused in the words of the options", () => {
    expect(() => new LSTM(3, 5, { projSize: 5 })).toThrow("projSize to be smaller than hiddenSize");
    expect(() => new RNN(3, 5, { nonlinearity: "sigmoid" as "tanh" })).toThrow(
      'RNN: expected nonlinearity "tanh" or "relu", got "sigmoid".',
    );
    expect(() => new GRU(3, 5, { dropout: 1.5 })).toThrow("GRU: expected dropout");
    expect(() => new GRU(3, 5, { numLayers: 0 })).toThrow("GRU: expected numLayers");
    expect(() => new GRU(3, 5).forward(randn([4, 2, 3]), zeros([2, 2, 5]))).toThrow(
      "GRU.forward: expected h0 [numLayers, batch, features] = [1, 2, 5], got [2, 2, 5].",
    );
    expect(() => new GRU(3, 5).forward(randn([4, 3, 2]))).toThrow("Are the last two axes swapped?");
  });
});

/** One of the stacked layers, by itself. */
function layerAlone(stacked: RNN | LSTM | GRU, index: number): RNN | LSTM | GRU {
  const inputSize = index === 0 ? stacked.inputSize : stacked.hiddenSize;
  const layer = new (stacked.constructor as typeof GRU)(inputSize, stacked.hiddenSize);
  const own = Object.entries(stacked.stateDict()).filter(([key]) => key.endsWith(`_l${index}`));
  layer.loadStateDict(Object.fromEntries(own.map(([key, t]) => [key.replace(/_l\d+$/, "_l0"), t])));
  return layer;
}
