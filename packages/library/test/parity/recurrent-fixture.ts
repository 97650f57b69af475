/**
 * @file A recurrent layer made of a fixture, run, and compared with it: outputs, states and every
 * gradient.
 */

import { LSTMCell, type LSTMState } from "../../src/nn/recurrent/cells.ts";
import { GRU } from "../../src/nn/recurrent/gru.ts";
import { LayerNormLSTM } from "../../src/nn/recurrent/layer-norm-lstm.ts";
import { LSTM } from "../../src/nn/recurrent/lstm.ts";
import { MinGRU, MinLSTM } from "../../src/nn/recurrent/minimal.ts";
import { PeepholeLSTM } from "../../src/nn/recurrent/peephole-lstm.ts";
import { Recurrent } from "../../src/nn/recurrent/recurrent.ts";
import { RNN } from "../../src/nn/recurrent/rnn.ts";
import { Zoneout } from "../../src/nn/recurrent/zoneout.ts";
import type { Module, StateDict } from "../../src/nn/module.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";
import { expectClose, PARITY, type Fixture, type FixtureOptions } from "./load-fixture.ts";

export type FixtureLayer = RNN | GRU | LSTM | MinGRU | MinLSTM | Recurrent<LSTMState>;

/** What stands in a fixture's name, the longer before the shorter, and its layer. */
const MAKERS: [part: string, make: (i: number, h: number, o: FixtureOptions) => FixtureLayer][] = [
  ["peephole-lstm", (i, h, o) => new PeepholeLSTM(i, h, o)],
  ["normalized-lstm", (i, h, o) => new LayerNormLSTM(i, h, o)],
  ["zoneout-lstm", zoneoutLstm],
  ["mingru-positive", (i, h, o) => new MinGRU(i, h, { ...o, content: "positive" })],
  ["minlstm-positive", (i, h, o) => new MinLSTM(i, h, { ...o, content: "positive" })],
  ["mingru", (i, h, o) => new MinGRU(i, h, o)],
  ["minlstm", (i, h, o) => new MinLSTM(i, h, o)],
  ["lstm", (i, h, o) => new LSTM(i, h, o)],
  ["gru", (i, h, o) => new GRU(i, h, o)],
  ["rnn", (i, h, o) => new RNN(i, h, o)],
];

function zoneoutLstm(i: number, h: number, { p, ...options }: FixtureOptions): FixtureLayer {
  const make = (width: number) => new Zoneout(new LSTMCell(width, h), p);
  return new Recurrent(make, { ...options, inputSize: i }).eval();
}

export function layerFor({ name, options }: Fixture): FixtureLayer {
  const { inputSize, hiddenSize, ...rest } = options;
  const [, make] = MAKERS.find(([part]) => name.includes(part))!;
  return make(inputSize, hiddenSize, rest);
}

export function forward(
  layer: FixtureLayer,
  { input, h0, c0 }: Record<string, Tensor>,
  lengths?: number[],
): Record<string, Tensor> {
  if (layer instanceof LSTM || layer instanceof Recurrent) {
    const [output, [hN, cN]] = layer.forward(input, h0 ? [h0, c0] : null, { lengths });
    return { output, hN, cN };
  }
  const [output, hN] = layer.forward(input, h0, { lengths });
  return { output, hN };
}

export function weightsOf(fixture: Fixture): StateDict {
  return Object.fromEntries(
    fixture.keys("weights.").map((key) => [key.slice("weights.".length), tensorOf(fixture, key)]),
  );
}

export function leavesOf(fixture: Fixture, keys: string[]): Record<string, Tensor> {
  return Object.fromEntries(
    keys
      .filter((key) => fixture.has(key))
      .map((key) => [key, tensorOf(fixture, key, { requiresGrad: true })]),
  );
}

export function tensorOf(
  fixture: Fixture,
  key: string,
  options: { requiresGrad?: boolean } = {},
): Tensor {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape, ...options });
}

/** Σ output ⊙ gradOutput + Σ hN ⊙ gradHN + Σ cN ⊙ gradCN: the loss that the fixtures differentiate. */
export function weightedSum(fixture: Fixture, outputs: Record<string, Tensor>): Tensor {
  const gradKeys: Record<string, string> = { output: "gradOutput", hN: "gradHN", cN: "gradCN" };
  return Object.entries(outputs)
    .filter(([key]) => fixture.has(gradKeys[key]))
    .map(([key, value]) => value.mul(tensorOf(fixture, gradKeys[key])).sum())
    .reduce((a, b) => a.add(b));
}

export function expectFixture(fixture: Fixture, key: string, actual: Tensor): void {
  expectClose(actual.data, fixture.get(key).data, PARITY, `${fixture.name} ${key}`);
}

export function expectWeightGradients(fixture: Fixture, module: Module): void {
  for (const [key, parameter] of module.namedParameters()) {
    expectFixture(fixture, `grad.${key}`, parameter.grad!);
  }
}
