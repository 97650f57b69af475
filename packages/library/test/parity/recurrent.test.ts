import { describe, test } from "vitest";
import { GRUCell, LSTMCell, RNNCell } from "../../src/nn/recurrent/cells.ts";
import { GRU } from "../../src/nn/recurrent/gru.ts";
import { LSTM } from "../../src/nn/recurrent/lstm.ts";
import type { RecurrentLayer } from "../../src/nn/recurrent/recurrent-layer.ts";
import { RNN } from "../../src/nn/recurrent/rnn.ts";
import type { Module, StateDict } from "../../src/nn/module.ts";
import { stack, tensor, type Tensor } from "../../src/tensor/index.ts";
import { RUNS } from "../support/engines.ts";
import { expectClose, fixtureNames, loadFixture, PARITY, type Fixture } from "./load-fixture.ts";

const LAYERS = ["rnn-tanh-", "rnn-relu-", "lstm-", "gru-", "original-gru-"].flatMap(fixtureNames);

describe.each(RUNS)("on the engine %s, PyTorch's numbers", (_, run) => {
  test.each(LAYERS)("%s: output, states and every gradient", (name) => {
    run(() => checkLayer(name));
  });

  test.each(fixtureNames("cell-"))("%s: three steps and every gradient", (name) => {
    run(() => checkCell(name));
  });
});

function checkLayer(name: string): void {
  const fixture = loadFixture(name);
  const layer = layerFor(fixture);
  layer.loadStateDict(weightsOf(fixture));
  const leaves = leavesOf(fixture, ["input", "h0", "c0"]);
  const lengths = fixture.has("lengths") ? [...fixture.get("lengths").data] : undefined;

  const outputs = forward(layer, leaves, lengths);
  for (const [key, value] of Object.entries(outputs)) expectFixture(fixture, key, value);

  weightedSum(fixture, outputs).backward();
  for (const [key, leaf] of Object.entries(leaves))
    expectFixture(fixture, `grad.${key}`, leaf.grad!);
  expectWeightGradients(fixture, layer);
}

function checkCell(name: string): void {
  const fixture = loadFixture(name);
  const cell = cellFor(fixture);
  cell.loadStateDict(weightsOf(fixture));
  const leaves = leavesOf(fixture, ["input", "h0", "c0"]);

  const outputs = threeSteps(cell, leaves);
  for (const [key, value] of Object.entries(outputs)) expectFixture(fixture, key, value);

  weightedSum(fixture, outputs).backward();
  for (const [key, leaf] of Object.entries(leaves))
    expectFixture(fixture, `grad.${key}`, leaf.grad!);
  expectWeightGradients(fixture, cell);
}

function layerFor({ name, options }: Fixture): RecurrentLayer {
  const { inputSize, hiddenSize, ...rest } = options;
  if (name.startsWith("lstm")) return new LSTM(inputSize, hiddenSize, rest);
  if (name.includes("gru")) return new GRU(inputSize, hiddenSize, rest);
  return new RNN(inputSize, hiddenSize, rest);
}

function cellFor({ name, options }: Fixture): RNNCell | LSTMCell | GRUCell {
  const { inputSize, hiddenSize, ...rest } = options;
  if (name.startsWith("cell-lstm")) return new LSTMCell(inputSize, hiddenSize, rest);
  if (name.startsWith("cell-gru")) return new GRUCell(inputSize, hiddenSize, rest);
  return new RNNCell(inputSize, hiddenSize, rest);
}

function forward(
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

function threeSteps(
  cell: RNNCell | LSTMCell | GRUCell,
  { input, h0, c0 }: Record<string, Tensor>,
): Record<string, Tensor> {
  const steps: Tensor[] = [];
  if (cell instanceof LSTMCell) {
    let state = h0 ? ([h0, c0] as [Tensor, Tensor]) : undefined;
    for (let t = 0; t < 3; t++) {
      state = cell.forward(input.select(0, t), state);
      steps.push(state[0]);
    }
    return { output: stack(steps), hN: state![0], cN: state![1] };
  }
  let h: Tensor | undefined = h0;
  for (let t = 0; t < 3; t++) {
    h = cell.forward(input.select(0, t), h);
    steps.push(h);
  }
  return { output: stack(steps), hN: h };
}

function weightsOf(fixture: Fixture): StateDict {
  return Object.fromEntries(
    fixture.keys("weights.").map((key) => [key.slice("weights.".length), tensorOf(fixture, key)]),
  );
}

function leavesOf(fixture: Fixture, keys: string[]): Record<string, Tensor> {
  return Object.fromEntries(
    keys
      .filter((key) => fixture.has(key))
      .map((key) => [key, tensorOf(fixture, key, { requiresGrad: true })]),
  );
}

function tensorOf(fixture: Fixture, key: string, options: { requiresGrad?: boolean } = {}): Tensor {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape, ...options });
}

/** Σ output ⊙ gradOutput + Σ hN ⊙ gradHN + Σ cN ⊙ gradCN: the loss that the fixtures differentiate. */
function weightedSum(fixture: Fixture, outputs: Record<string, Tensor>): Tensor {
  const gradKeys: Record<string, string> = { output: "gradOutput", hN: "gradHN", cN: "gradCN" };
  return Object.entries(outputs)
    .filter(([key]) => fixture.has(gradKeys[key]))
    .map(([key, value]) => value.mul(tensorOf(fixture, gradKeys[key])).sum())
    .reduce((a, b) => a.add(b));
}

function expectFixture(fixture: Fixture, key: string, actual: Tensor): void {
  expectClose(actual.data, fixture.get(key).data, PARITY, `${fixture.name} ${key}`);
}

function expectWeightGradients(fixture: Fixture, module: Module): void {
  for (const [key, parameter] of module.namedParameters()) {
    expectFixture(fixture, `grad.${key}`, parameter.grad!);
  }
}
