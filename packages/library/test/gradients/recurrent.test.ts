import { describe, expect, test } from "vitest";
import { gradCheck } from "../../src/autograd/index.ts";
import { GRU, type GRUOptions } from "../../src/nn/recurrent/gru.ts";
import { LSTM, type LSTMOptions } from "../../src/nn/recurrent/lstm.ts";
import { RNN, type RNNOptions } from "../../src/nn/recurrent/rnn.ts";
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

function checkLayer(layer: RNN | GRU | LSTM, fn: (x: Tensor, h0: Tensor) => Tensor): void {
  const [seq, batch] = [4, 3];
  const x = layer.batchFirst ? random(batch, seq, 2) : random(seq, batch, 2);
  const h0 = random(layer.numLayers * layer.numDirections, batch, layer.projSize || 3);
  const inputs = [x, h0, ...layer.parameters()];
  expect(gradCheck((input, state) => fn(input, state), inputs, { tolerance: 1e-6 })).toBe(true);
}
