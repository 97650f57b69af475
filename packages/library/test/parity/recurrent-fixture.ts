/**
 * @file A recurrent layer made of a fixture, run, and compared with it: outputs, states and every
 * gradient.
 */

import { GRU } from "../../src/nn/recurrent/gru.ts";
import { LSTM } from "../../src/nn/recurrent/lstm.ts";
import type { RecurrentLayer } from "../../src/nn/recurrent/recurrent-layer.ts";
import { RNN } from "../../src/nn/recurrent/rnn.ts";
import type { Module, StateDict } from "../../src/nn/module.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";
import { expectClose, PARITY, type Fixture } from "./load-fixture.ts";

export function layerFor({ name, options }: Fixture): RecurrentLayer {
  const { inputSize, hiddenSize, ...rest } = options;
  if (name.includes("lstm")) return new LSTM(inputSize, hiddenSize, rest);
  if (name.includes("gru")) return new GRU(inputSize, hiddenSize, rest);
  return new RNN(inputSize, hiddenSize, rest);
}

export function forward(
  layer: RecurrentLayer,
  { input, h0, c0 }: Record<string, Tensor>,
  lengths?: number[],
): Record<string, Tensor> {
  if (layer instanceof LSTM) {
    const [output, [hN, cN]] = layer.forward(input, h0 ? [h0, c0] : null, { lengths });
    return { output, hN, cN };
  }
  const [output, hN] = (layer as RNN | GRU).forward(input, h0, { lengths });
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
