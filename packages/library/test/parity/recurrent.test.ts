import { describe, expect, test } from "vitest";
import { GRUCell, LSTMCell, RNNCell } from "../../src/nn/recurrent/cells.ts";
import { RandomGenerator, stack, type Tensor } from "../../src/tensor/index.ts";
import { GRU } from "../../src/nn/recurrent/gru.ts";
import { LSTM } from "../../src/nn/recurrent/lstm.ts";
import { RUNS } from "../support/engines.ts";
import { fixtureNames, loadFixture, type Fixture } from "./load-fixture.ts";
import {
  expectFixture,
  expectWeightGradients,
  forward,
  layerFor,
  type FixtureLayer,
  leavesOf,
  weightedSum,
  weightsOf,
} from "./recurrent-fixture.ts";

const LAYERS = [
  ...["rnn-tanh-", "rnn-relu-", "lstm-", "gru-", "original-gru-", "peephole-lstm-"],
  ...["normalized-lstm-", "zoneout-lstm-", "mingru-", "minlstm-"],
].flatMap(fixtureNames);

describe.each(RUNS)("on the engine %s, PyTorch's numbers", (_, run) => {
  test.each(LAYERS)("%s: output, states and every gradient", (name) => {
    run(() => checkLayer(name));
  });

  test.each(fixtureNames("weight-dropout-"))("%s: weights that are left out", (name) => {
    run(() => {
      const fixture = loadFixture(name);
      const { inputSize, hiddenSize, ...options } = fixture.options;
      const generator = new Chosen();
      const Kind = name.endsWith("lstm") ? LSTM : GRU;
      const layer = new Kind(inputSize, hiddenSize, { ...options, generator });
      for (const key of fixture.keys("kept.")) generator.kept.push(...fixture.get(key).data);
      checkNumbers(fixture, layer);
      expect(generator.kept).toEqual([]);
    });
  });

  test.each(fixtureNames("cell-"))("%s: three steps and every gradient", (name) => {
    run(() => checkCell(name));
  });
});

/** Draws so that dropout keeps what a fixture says. */
class Chosen extends RandomGenerator {
  readonly kept: number[] = [];
  constructor() {
    super(1);
  }
  override random(): number {
    return this.kept.length > 0 && this.kept.shift() === 0 ? 0 : 0.9;
  }
}

function checkLayer(name: string): void {
  const fixture = loadFixture(name);
  checkNumbers(fixture, layerFor(fixture));
}

function checkNumbers(fixture: Fixture, layer: FixtureLayer): void {
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

function cellFor({ name, options }: Fixture): RNNCell | LSTMCell | GRUCell {
  const { inputSize, hiddenSize, ...rest } = options;
  if (name.startsWith("cell-lstm")) return new LSTMCell(inputSize, hiddenSize, rest);
  if (name.startsWith("cell-gru")) return new GRUCell(inputSize, hiddenSize, rest);
  return new RNNCell(inputSize, hiddenSize, rest);
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
