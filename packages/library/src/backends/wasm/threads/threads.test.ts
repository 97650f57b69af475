import { afterEach, describe, expect, test } from "vitest";
import { randomCall, randomNumbers } from "../../../../test/support/engine-calls.ts";
import { wasmSupport } from "../support.ts";
import { startEngine, wasmBackend } from "../index.ts";
import type { Backend, CellKind, RecurrentCall } from "../../backend.ts";
import { getNumThreads, setNumThreads } from "../../thread-count.ts";

const CELLS: CellKind[] = ["lstm", "gru", "rnn_tanh", "rnn_relu"];
const BUILDS = (["relaxed", "simd"] as const).filter((build) => wasmSupport()[build]);

const before = getNumThreads();
afterEach(() => setNumThreads(before));

describe.each(BUILDS)("threads, on the %s build", (build) => {
  const engine = startEngine(build);
  const backend = wasmBackend(build, () => engine);

  test.each(CELLS)("%s: one thread, two and three give the same bits", async (cell) => {
    for (const lengths of [null, Array.from({ length: 13 }, (_, b) => 1 + ((b * 7) % 20))]) {
      // A batch of 13 divides evenly among no number of threads.
      const sizes = { batch: 13, seq: 20, inputSize: 17, hiddenSize: 40 };
      const call = randomCall({ cell, ...sizes, lengths, bidirectional: true, batchFirst: true });
      setNumThreads(1);
      const expected = forwardAndBackward(backend, call);
      for (const threads of [2, 3]) {
        setNumThreads(threads);
        await untilReady(threads - 1, () => backend.recurrent({ ...call, training: false }));
        expect(forwardAndBackward(backend, call)).toEqual(expected);
      }
    }
  });

  test("products too, whichever side is transposed", async () => {
    const [m, n, k] = [150, 70, 190];
    const random = randomNumbers(8);
    const a = random(m * k);
    const b = random(k * n);
    for (const transA of [false, true]) {
      for (const transB of [false, true]) {
        const call = { batch: 1, m, n, k, a, b, transA, transB, bias: random(n) };
        setNumThreads(1);
        const expected = backend.gemm(call);
        setNumThreads(2);
        await untilReady(1, () => backend.gemm(call));
        expect(backend.gemm(call)).toEqual(expected);
      }
    }
  });

  /** Workers start in the background: calls go on without them until they are there. */
  async function untilReady(workers: number, call: () => unknown): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      call();
      if (engine.threads.workersReady >= workers) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`expected ${workers} workers, got ${engine.threads.workersReady}`);
  }
});

function forwardAndBackward(backend: Backend, call: RecurrentCall): unknown {
  const { saved, ...result } = backend.recurrent(call);
  const ones = (like: { length: number }) => new Float32Array(like.length).fill(1);
  const grads = backend.recurrentBackward(call, saved!, {
    output: ones(result.output),
    hN: ones(result.hN),
    cN: result.cN && ones(result.cN),
    needsInput: true,
  });
  return { ...result, grads };
}
