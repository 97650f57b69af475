import { describe, expect, test } from "vitest";
import { gradCheck } from "../../src/autograd/index.ts";
import { GRUCell } from "../../src/nn/recurrent/cells.ts";
import { GRU, type GRUOptions } from "../../src/nn/recurrent/gru.ts";
import { LayerNormLSTM } from "../../src/nn/recurrent/layer-norm-lstm.ts";
import { LSTM, type LSTMOptions } from "../../src/nn/recurrent/lstm.ts";
import { MinGRU, MinLSTM, type MinimalOptions } from "../../src/nn/recurrent/minimal.ts";
import { PeepholeLSTM } from "../../src/nn/recurrent/peephole-lstm.ts";
import { Recurrent } from "../../src/nn/recurrent/recurrent.ts";
import { RNN, type RNNOptions } from "../../src/nn/recurrent/rnn.ts";
import type { StackedLayer } from "../../src/nn/recurrent/stacked-layer.ts";
import { Zoneout } from "../../src/nn/recurrent/zoneout.ts";
import { cat, randn, RandomGenerator, type Tensor } from "../../src/tensor/index.ts";

const generator = new RandomGenerator(5);
const random = (...shape: number[]) => randn(shape, { generator });
const lengths = [2, 4, 1];

/** Everything a layer returns, in one row, so that one check covers output and states. */
const joined = (...tensors: Tensor[]) => cat(tensors.map((t) => t.reshape(-1)));

const RNNS: RNNOptions[] = [
  {},
  { nonlinearity: "relu", bias: false },
  { bidirectional: true, numLayers: 2 },
];
const GRUS: GRUOptions[] = [
  {},
  { resetAfter: false },
  { bidirectional: true, numLayers: 2, batchFirst: true },
];
const LSTMS: LSTMOptions[] = [
  {},
  { projSize: 2 },
  { bidirectional: true, numLayers: 2, batchFirst: true },
];

const MINIMALS: MinimalOptions[] = [
  {},
  { content: "positive", bidirectional: true, numLayers: 2, batchFirst: true },
];

describe("recurrent layers: input, states and weights agree with finite differences", () => {
  test.each(RNNS)("RNN %o", (options) => {
    const rnn = new RNN(2, 3, { ...options, generator });
    checkLayer(rnn, (x, h0) => joined(...rnn.forward(x, h0, { lengths })));
  });

  test.each(GRUS)("GRU %o", (options) => {
    const gru = new GRU(2, 3, { ...options, generator });
    checkLayer(gru, (x, h0) => joined(...gru.forward(x, h0, { lengths })));
  });

  test.each(LSTMS)("LSTM %o", (options) => {
    const lstm = new LSTM(2, 3, { ...options, generator });
    const states = lstm.numLayers * lstm.numDirections;
    const c0 = random(states, 3, 3);
    checkLayer(lstm, (x, h0) => {
      const [output, [hN, cN]] = lstm.forward(x, [h0, c0], { lengths });
      return joined(output, hN, cN);
    });
  });
});

describe("layers of cells: input, states and weights agree with finite differences", () => {
  test.each([MinGRU, MinLSTM].flatMap((Layer) => MINIMALS.map((options) => ({ Layer, options }))))(
    "%o",
    ({ Layer, options }) => {
      const layer = new Layer(2, 3, { ...options, generator });
      checkLayer(layer, (x, h0) => joined(...layer.forward(x, h0, { lengths })));
    },
  );

  test.each([PeepholeLSTM, LayerNormLSTM])("%o", (Layer) => {
    const lstm = new Layer(2, 3, { bidirectional: true, batchFirst: true, generator });
    for (const parameter of lstm.parameters()) parameter.copy_(random(...parameter.shape));
    const c0 = random(2, 3, 3);
    checkLayer(lstm, (x, h0) => {
      const [output, [hN, cN]] = lstm.forward(x, [h0, c0], { lengths });
      return joined(output, hN, cN);
    });
  });

  test.each([true, false])("zoneout, training: %s", (training) => {
    const cell = new GRUCell(2, 3, { generator });
    // A generator of its own for every pass, so that all draw the same.
    const make = () => new Zoneout(cell, 0.4, { generator: new RandomGenerator(2) });
    checkLayer(new Recurrent(make()), (x, h0) => {
      const layer = new Recurrent(make()).train(training);
      return joined(...layer.forward(x, h0, { lengths }));
    });
  });

  test("weights left out of weight_hh", () => {
    const lstm = new LSTM(2, 3, { weightDropout: 0.4, generator });
    const state = generator.getState();
    checkLayer(lstm, (x, h0) => {
      generator.setState(state);
      const [output, [hN, cN]] = lstm.forward(x, [h0, h0], { lengths });
      return joined(output, hN, cN);
    });
  });
});

function checkLayer(layer: StackedLayer, fn: (x: Tensor, h0: Tensor) => Tensor): void {
  const [seq, batch] = [4, 3];
  const x = layer.batchFirst ? random(batch, seq, 2) : random(seq, batch, 2);
  const features = (layer instanceof LSTM && layer.projSize) || 3;
  const h0 = random(layer.numLayers * layer.numDirections, batch, features);
  const inputs = [x, h0, ...layer.parameters()];
  expect(gradCheck((input, state) => fn(input, state), inputs, { tolerance: 1e-6 })).toBe(true);
}
