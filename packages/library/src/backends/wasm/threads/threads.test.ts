import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { randomCall, randomNumbers } from "../../../../test/support/engine-calls.ts";
import { wasmSupport } from "../support.ts";
import { startEngine, wasmBackend } from "../index.ts";
import { NUM_GATES, type Backend, type CellKind, type RecurrentCall } from "../../backend.ts";
import { getNumThreads, setNumThreads } from "../../thread-count.ts";

const CELLS = Object.keys(NUM_GATES) as CellKind[];
const BUILDS = (["relaxed", "simd"] as const).filter((build) => wasmSupport()[build]);

const before = getNumThreads();
afterEach(() => setNumThreads(before));

describe.each(BUILDS)("threads, on the %s build", (build) => {
  const engine = startEngine(build);
  const backend = wasmBackend(build, () => engine);

  test.each(CELLS)("%s: one thread, two and three give the same bits", async (cell) => {
    for (const lengths of [null, Array.from({ length: 13 }, (_, b) => 1 + ((b * 37) % 150))]) {
      // A batch of 13 divides evenly among no number of threads; 150 steps are enough for each cell.
      const sizes = { batch: 13, seq: 150, inputSize: 17, hiddenSize: 40 };
      const call = randomCall({ cell, ...sizes, lengths, bidirectional: true, batchFirst: true });
      setNumThreads(1);
      const expected = forwardAndBackward(backend, call);
      for (const threads of [2, 3]) {
        setNumThreads(threads);
        await untilReady(threads - 1, () => backend.recurrent({ ...call, training: false }));
        expect(forwardAndBackward(backend, call)).toBe(expected);
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

test("threads start in a program that came by --eval as a module", () => {
  const program = `
    import { nn, randn, setNumThreads, useEngine } from "unrolled";
    setNumThreads(2);
    useEngine("wasm");
    const lstm = new nn.LSTM(64, 128);
    lstm.forward(randn([64, 16, 64]));
    await new Promise((resolve) => setTimeout(resolve, 300)); // they start in the background
    lstm.forward(randn([64, 16, 64]));
    console.log("done");`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    // prettier-ignore
    ["--conditions=unrolled-source", "--import", "./scripts/typescript.mjs", "--input-type=module", "--eval", program],
    { cwd: fileURLToPath(new URL("../../../../../../", import.meta.url)), encoding: "utf8" },
  );
  expect([status, stdout, stderr]).toEqual([0, "done\n", ""]);
});

/** A digest of every bit that comes out: comparing a million numbers one by one takes a minute. */
function forwardAndBackward(backend: Backend, call: RecurrentCall): string {
  const { saved, ...result } = backend.recurrent(call);
  const ones = (like: { length: number }) => new Float32Array(like.length).fill(1);
  const grads = backend.recurrentBackward(call, saved!, {
    output: ones(result.output),
    hN: ones(result.hN),
    cN: result.cN && ones(result.cN),
    needsInput: true,
  });
  const { directions, ...toInputs } = grads;
  const hash = createHash("sha256");
  for (const arrays of [result, toInputs, ...directions]) {
    for (const array of Object.values(arrays)) if (array) hash.update(array);
  }
  return hash.digest("hex");
}
