import { describe, expect, test } from "vitest";
import { randomCall, randomNumbers } from "../../../test/support/engine-calls.ts";
import { nativeEngine } from "../../../test/support/engines.ts";
import { Storage } from "../../core/storage.ts";
import type { RecurrentCall } from "../backend.ts";
import { BlockPool } from "./blocks.ts";
import type { NativeLayers, NativeSaved } from "./recurrent.ts";

const layers = nativeEngine?.layersFor("lstm") as NativeLayers;

function train(call: RecurrentCall): void {
  const { saved } = layers.forward(call);
  const hN = new Float32Array(call.directions.length * call.batch * call.hiddenSize).fill(1);
  layers.backward(call, saved as NativeSaved, { output: null, hN, cN: null, needsInput: true });
}

/** Resident memory gained over the second half of the rounds, in MiB. */
function growth(rounds: number, body: (round: number) => void): number {
  let half = 0;
  for (let round = 0; round < rounds; round++) {
    if (round === rounds / 2) half = process.memoryUsage.rss();
    body(round);
  }
  return (process.memoryUsage.rss() - half) / 2 ** 20;
}

describe.skipIf(!layers)("memory stays flat in one synchronous loop", () => {
  test("over 20,000 training steps", () => {
    const call = randomCall({ cell: "lstm", batch: 2, seq: 3, hiddenSize: 8 });
    const gained = growth(20_000, () => {
      train(call);
      call.directions[0].weightIh.changed();
    });
    expect(gained).toBeLessThan(64);
  });

  test("over 200,000 streaming steps", () => {
    const call = randomCall({ cell: "gru", batch: 1, seq: 1, training: false });
    const gained = growth(200_000, () => {
      call.h0 = layers.forward(call).hN;
    });
    expect(gained).toBeLessThan(64);
  });

  test("over 5,000 recorded forwards without backward", () => {
    // About 300 KB to keep for each: 1.5 GB in all.
    const call = randomCall({ cell: "lstm", batch: 4, seq: 16, hiddenSize: 102, inputSize: 2 });
    expect(growth(5000, () => layers.forward(call))).toBeLessThan(192);
  });

  test("over batches of ever different sizes", () => {
    const random = randomNumbers(3)(4000);
    const { directions } = randomCall({ cell: "lstm", hiddenSize: 20 });
    const gained = growth(2000, (round) => {
      const batch = 1 + Math.floor(Math.abs(random[round]) * 8);
      const seq = 1 + Math.floor(Math.abs(random[round + 2000]) * 90);
      train({ ...randomCall({ cell: "lstm", batch, seq, hiddenSize: 20 }), directions });
    });
    expect(gained).toBeLessThan(64);
    expect(layers.plans.count).toBeLessThanOrEqual(48);
  });

  test("over 3,000 models that come and go", () => {
    const sizes = { batch: 1, seq: 1, inputSize: 64, hiddenSize: 128, training: false };
    const call = randomCall({ cell: "lstm", ...sizes });
    const [{ weightIh, weightHh, biasIh, biasHh }] = call.directions;
    const gained = growth(3000, () => {
      const copies = [weightIh, weightHh].map(({ array }) => new Storage(array));
      const own = { weightIh: copies[0], weightHh: copies[1], biasIh, biasHh, weightHr: null };
      layers.forward({ ...call, directions: [own] });
    });
    expect(gained).toBeLessThan(256);
  });
});

describe.skipIf(!layers)("the pool of blocks", () => {
  test("gives back what it was given, for sizes that are nearly the same", () => {
    const pool = new BlockPool();
    const block = pool.take(1000);
    pool.give(block);
    expect(pool.take(1020)).toBe(block);
    expect(pool.bytes).toBe(0);
  });

  test("begins every block on a cache line", () => {
    const pool = new BlockPool();
    for (const length of [1, 17, 1000, 100_000]) expect(pool.take(length).ptr % 64).toBe(0);
  });

  test("keeps no more than a bounded number of bytes", () => {
    const pool = new BlockPool();
    const blocks = Array.from({ length: 12 }, () => pool.take(8 * 2 ** 20)); // 32 MiB each
    for (const block of blocks) pool.give(block);
    expect(pool.bytes).toBeLessThanOrEqual(256 * 2 ** 20);
  });
});
