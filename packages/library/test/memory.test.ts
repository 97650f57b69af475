/**
 * Nobody frees a tensor, so nothing may pile up: not over a long training, not over a long stream,
 * and not where graphs are recorded and dropped. Each loop here is synchronous, which is the hard
 * case: no finaliser runs in it.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noGrad } from "../src/autograd/index.ts";
import { engineName, useEngine } from "../src/backends/index.ts";
import { crossEntropy } from "../src/losses/index.ts";
import { Linear } from "../src/nn/index.ts";
import { LSTM, type LSTMStates } from "../src/nn/recurrent/lstm.ts";
import { Adam, clipGradNorm } from "../src/optim/index.ts";
import { createStream } from "../src/streaming/index.ts";
import { randn, tensor, type Tensor } from "../src/tensor/index.ts";

const MIB = 2 ** 20;

/** Memory that grows with the number of steps would be several times this. */
const ALLOWED = 48 * MIB;

/** Resident memory gained over the second half, when the collector has found its pace. */
function growth(steps: number, body: (step: number) => void): number {
  let warm = 0;
  for (let step = 0; step < steps; step++) {
    if (step === steps / 2) warm = process.memoryUsage.rss();
    body(step);
  }
  return process.memoryUsage.rss() - warm;
}

const before = engineName();
afterAll(() => useEngine(before));

// The two Wasm builds share every line that takes or gives back memory: one is enough.
describe("memory stays flat", () => {
  beforeAll(() => useEngine("wasm"));

  test("over 20,000 training steps", { timeout: 120_000 }, () => {
    const lstm = new LSTM(8, 16, { batchFirst: true });
    const head = new Linear(16, 4);
    const parameters = [...lstm.parameters(), ...head.parameters()];
    const optimizer = new Adam(parameters, { lr: 1e-4 });
    const x = randn([4, 6, 8]);
    const targets = tensor([0, 1, 2, 3]);

    const grown = growth(20_000, () => {
      const [, [hN]] = lstm.forward(x);
      const loss = crossEntropy(head.forward(hN.select(0, -1)), targets);
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(parameters, 1);
      optimizer.step();
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  test("over 200,000 streaming steps with carried state", { timeout: 120_000 }, () => {
    const lstm = new LSTM(8, 16);
    const x = randn([1, 1, 8]);
    let state: LSTMStates | null = null;

    const grown = growth(200_000, () => {
      [, state] = noGrad(() => lstm.forward(x, state));
    });
    expect(grown).toBeLessThan(ALLOWED);
    expect(state![0].shape).toEqual([1, 1, 16]);
  });

  test(
    "over 200,000 steps of createStream, and states taken now and then",
    { timeout: 120_000 },
    () => {
      const stream = createStream(new LSTM(8, 16));
      const x = randn([1, 8]);

      const grown = growth(200_000, (step) => {
        stream.step(x);
        if (step % 1000 === 0) stream.restore(stream.state());
      });
      expect(grown).toBeLessThan(ALLOWED);
    },
  );

  test("over 5,000 recorded forwards without a backward", { timeout: 120_000 }, () => {
    // Each keeps 0.6 MB of activations for a backward that never comes: 3 GB in all.
    const lstm = new LSTM(16, 64, { batchFirst: true });
    const x = randn([8, 64, 16]);
    let last: Tensor | null = null;

    const grown = growth(5_000, () => {
      [last] = lstm.forward(x);
    });
    expect(grown).toBeLessThan(4 * ALLOWED);
    last!.sum().backward(); // And the last graph still works.
    expect(lstm.parameters().every((parameter) => parameter.grad !== null)).toBe(true);
  });
});
