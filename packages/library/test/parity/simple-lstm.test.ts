import { afterAll, beforeAll, describe, test } from "vitest";
import { engineName, useEngine } from "../../src/backends/index.ts";
import { crossEntropy } from "../../src/losses/index.ts";
import { Embedding, Linear, LSTM, Module } from "../../src/nn/index.ts";
import { Adam } from "../../src/optim/index.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";
import { ENGINES } from "../support/engines.ts";
import { expectClose, loadFixture, PARITY, type Fixture } from "./load-fixture.ts";

/** As published: embedding → LSTM → linear on the last state. */
class SimpleLSTM extends Module {
  readonly embedding: Embedding;
  readonly lstm: LSTM;
  readonly fc: Linear;

  constructor(vocabSize: number, embeddingDim: number, hiddenSize: number, outputSize: number) {
    super();
    this.embedding = new Embedding(vocabSize, embeddingDim);
    this.lstm = new LSTM(embeddingDim, hiddenSize, { batchFirst: true });
    this.fc = new Linear(hiddenSize, outputSize);
  }

  forward(x: Tensor): Tensor {
    const [, [hN]] = this.lstm.forward(this.embedding.forward(x));
    return this.fc.forward(hN.select(0, -1));
  }
}

function modelOf(fixture: Fixture): SimpleLSTM {
  const { vocabSize, embeddingDim, hiddenSize, outputSize } = fixture.options;
  const model = new SimpleLSTM(vocabSize, embeddingDim, hiddenSize, outputSize);
  const keys = fixture.keys("weights.");
  model.loadStateDict(
    Object.fromEntries(keys.map((key) => [key.slice("weights.".length), read(fixture, key)])),
  );
  return model;
}

function read(fixture: Fixture, key: string): Tensor {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape });
}

const before = engineName();
afterAll(() => useEngine(before));

describe.each(ENGINES)("SimpleLSTM on the %s engine, as in PyTorch", (engine) => {
  beforeAll(() => useEngine(engine));

  test("logits, loss and every gradient", () => {
    const fixture = loadFixture("simple-lstm");
    const model = modelOf(fixture);
    const logits = model.forward(read(fixture, "input"));
    expectClose(logits.data, fixture.get("logits").data, PARITY, "logits");

    const loss = crossEntropy(logits, read(fixture, "target"));
    expectClose(loss.data, fixture.get("loss").data, PARITY, "loss");

    loss.backward();
    for (const [key, parameter] of model.namedParameters()) {
      expectClose(parameter.grad!.data, fixture.get(`grad.${key}`).data, PARITY, `grad.${key}`);
    }
  });

  test("ten losses and the weights after ten steps of Adam", () => {
    const fixture = loadFixture("simple-lstm-training");
    const model = modelOf(fixture);
    const optimizer = new Adam(model.parameters(), { lr: fixture.options.lr });
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      const loss = crossEntropy(model.forward(read(fixture, "input")), read(fixture, "target"));
      losses.push(loss.item());
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
    expectClose(losses, fixture.get("losses").data, PARITY, "losses");
    // Where a gradient is near 0, Adam turns a rounding into a part of a step: 1e-5 of ten steps.
    const tolerance = { rtol: 1e-5, atol: 1e-5 * 10 * (fixture.options.lr ?? 1e-3) + 1e-6 };
    for (const [key, parameter] of model.namedParameters()) {
      expectClose(parameter.data, fixture.get(`after.${key}`).data, tolerance, `after.${key}`);
    }
  });
});
