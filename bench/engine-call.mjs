/**
 * @file A call as engines get it, with random numbers: for the benches that go past the public API.
 */

import { load } from "./load.mjs";

const { Storage } = await load("packages/library/src/core/storage.ts");
const { NUM_GATES } = await load("packages/library/src/backends/backend.ts");

/** A training step's forward call, for one direction. */
export function makeCall(cell, [batch, seq, inputSize, hiddenSize]) {
  const G = NUM_GATES[cell] * hiddenSize;
  const bound = 1 / Math.sqrt(hiddenSize);
  const weight = (n) => new Storage(random(n).map((x) => x * bound));
  return {
    cell,
    resetAfter: true,
    batchFirst: true,
    batch,
    seq,
    inputSize,
    hiddenSize,
    projSize: 0,
    input: random(batch * seq * inputSize),
    directions: [
      {
        weightIh: weight(G * inputSize),
        weightHh: weight(G * hiddenSize),
        biasIh: weight(G),
        biasHh: weight(G),
        weightHr: null,
      },
    ],
    h0: random(batch * hiddenSize),
    c0: cell === "lstm" ? random(batch * hiddenSize) : null,
    lengths: null,
    training: true,
  };
}

export function random(length) {
  return Float32Array.from({ length }, () => Math.random() * 2 - 1);
}
