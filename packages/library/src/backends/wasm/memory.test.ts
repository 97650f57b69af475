import { describe, expect, test } from "vitest";
import type { Backend, CellKind, RecurrentCall } from "../backend.ts";
import { Storage } from "../../core/storage.ts";
import type { WasmEngine } from "./engine.ts";
import { Heap } from "./heap.ts";
import { startEngine, wasmBackend } from "./index.ts";
import { SavedActivations } from "./saved-activations.ts";
import { randomCall, randomNumbers } from "../../../test/support/engine-calls.ts";

function start(): [WasmEngine, Backend] {
  const engine = startEngine("simd");
  return [engine, wasmBackend("simd", () => engine)];
}

function backward(backend: Backend, call: RecurrentCall, saved = backend.recurrent(call).saved!) {
  const D = call.directions.length;
  const hN = new Float32Array(D * call.batch * call.hiddenSize).fill(1);
  return backend.recurrentBackward(call, saved, { output: null, hN, cN: null, needsInput: true });
}

/** Beside a leak of all results, several times this, the collector's own ups and downs are small. */
const UPS_AND_DOWNS = 64 * 2 ** 20;

/** Repeats `body`; the first half may take what it needs, the second has to do with that. */
function expectFlat(engine: WasmEngine, times: number, body: () => void): void {
  for (let i = 0; i < times / 2; i++) body();
  const [heap, inUse, resident] = [
    engine.heap.bytes,
    engine.heap.bytesInUse,
    process.memoryUsage.rss(),
  ];
  for (let i = 0; i < times / 2; i++) body();
  expect(engine.heap.bytes).toBe(heap);
  expect(engine.heap.bytesInUse).toBe(inUse);
  expect(process.memoryUsage.rss() - resident).toBeLessThan(UPS_AND_DOWNS);
}

describe("memory stays flat, in one synchronous loop, with no help from the caller", () => {
  test("over 20,000 training steps", () => {
    const [engine, backend] = start();
    const call = randomCall({ cell: "lstm", batch: 2, seq: 3, hiddenSize: 30 });
    expectFlat(engine, 20_000, () => {
      backward(backend, call);
      call.directions[0].weightIh.changed();
    });
  });

  test("over 200,000 streaming steps", () => {
    const [engine, backend] = start();
    const call = randomCall({ cell: "gru", batch: 1, seq: 1, hiddenSize: 60, training: false });
    expectFlat(engine, 200_000, () => {
      call.h0 = backend.recurrent(call).hN;
    });
  });

  test("over 5,000 recorded forwards without backward", () => {
    const [engine, backend] = start();
    // 128 KiB to keep for each: 640 MiB in all.
    const call = randomCall({ cell: "lstm", batch: 4, seq: 16, hiddenSize: 102, inputSize: 2 });
    expectFlat(engine, 5000, () => backend.recurrent(call));
    expect(engine.heap.bytes).toBeLessThan(200 * 2 ** 20);
  });

  test("over batches of ever different sizes", () => {
    const [engine, backend] = start();
    const sizes = randomNumbers(3)(600);
    const cells: CellKind[] = ["lstm", "gru", "rnn_tanh"];
    const calls = Array.from(sizes, (x, i) =>
      randomCall({
        cell: cells[i % 3],
        batch: 1 + Math.floor(Math.abs(x) * 8),
        seq: 1 + Math.floor(Math.abs(sizes[599 - i]) * 90),
        hiddenSize: 20,
      }),
    );
    const weights = calls.slice(0, 3).map((call) => call.directions);
    calls.forEach((call, i) => (call.directions = weights[i % 3]));
    for (const call of calls) backward(backend, call);
    const heap = engine.heap.bytes;
    for (let round = 0; round < 5; round++) for (const call of calls) backward(backend, call);
    expect(engine.heap.bytes).toBe(heap);
  });

  test("over 3,000 models that come and go", () => {
    const [engine, backend] = start();
    const sizes = { batch: 1, seq: 1, inputSize: 64, hiddenSize: 128, training: false };
    const call = randomCall({ cell: "lstm", ...sizes });
    const fresh = (storage: Storage | null) => storage && new Storage(storage.array);
    const useNewModel = () => {
      const [{ weightIh, weightHh, biasIh, biasHh, weightHr }] = call.directions;
      const copies = [weightIh, weightHh].map((storage) => fresh(storage)!);
      const directions = [{ weightIh: copies[0], weightHh: copies[1], biasIh, biasHh, weightHr }];
      backend.recurrent({ ...call, directions });
    };
    for (let i = 0; i < 1000; i++) useNewModel();
    const heap = engine.heap.bytes;
    for (let i = 0; i < 2000; i++) useNewModel();
    expect(engine.heap.bytes).toBe(heap);
  });
});

describe("saved activations", () => {
  test("that moved out of the heap come back for their backward", () => {
    const [engine, backend] = start();
    const calls = [1, 2, 3].map((seed) => randomCall({ cell: "lstm", seed, bidirectional: true }));
    const expected = calls.map((call) => backward(backend, call));

    const saved = calls.map((call) => backend.recurrent(call).saved!);
    engine.saved.spillOldest();
    engine.saved.spillOldest();
    expect(engine.saved.count).toBe(1);

    for (const i of [1, 2, 0]) expect(backward(backend, calls[i], saved[i])).toEqual(expected[i]);
    expect(engine.saved.count).toBe(0);
  });

  test("leave the heap, oldest first, when they are more than it should keep", () => {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
    const activations = new SavedActivations(new Heap(memory, 1024));
    const blocks = Array.from({ length: 6 }, () => {
      const block = activations.allocate(10 * 2 ** 20); // 40 MiB each, of 128
      activations.keep(block);
      return block;
    });
    expect(blocks.map((block) => block.spilled !== null)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("the heap", () => {
  const newHeap = (maximum = 100) =>
    new Heap(new WebAssembly.Memory({ initial: 1, maximum, shared: true }), 1024);

  test("joins what is given back, so that it can be used whole again", () => {
    const heap = newHeap();
    const first = heap.allocate(1000);
    const blocks = Array.from({ length: 20 }, () => heap.allocate(1000));
    const size = heap.bytes;
    for (const at of [3, 4, 2, 19, 0, 1, 18, 17, 5, 7, 6, 8, 9, 16, 15, 10, 14, 11, 13, 12]) {
      heap.release(blocks[at]);
    }
    const whole = heap.allocate(18_000);
    expect(whole).toBeGreaterThan(first);
    expect(whole).toBeLessThan(first + 2000);
    expect(heap.bytes).toBe(size);
  });

  test("keeps old views valid while it grows", () => {
    const heap = newHeap();
    const before = heap.f32;
    const ptr = heap.allocate(64);
    before[ptr >>> 2] = 7;
    heap.allocate(1_000_000);
    expect(heap.f32[ptr >>> 2]).toBe(7);
    expect(before[ptr >>> 2]).toBe(7);
    expect(heap.f32.length).toBeGreaterThan(before.length);
  });

  test("says how much was wanted when there is no more", () => {
    const heap = newHeap(8);
    expect(() => heap.allocate(1e6)).toThrow(
      /out of memory: 1\.0 MiB more were needed.*smaller batch/,
    );
    expect(heap.allocate(1000)).toBeGreaterThan(0);
  });

  test("asks for something back before it gives up", () => {
    const heap = newHeap(8);
    const held = heap.allocate(400_000);
    heap.onShortage = () => {
      heap.release(held);
      heap.onShortage = () => false;
      return true;
    };
    expect(heap.allocate(450_000)).toBe(held);
  });
});

test("an error in the middle of a call leaves nothing behind", () => {
  const [engine, backend] = start();
  const call = randomCall({ cell: "lstm" });
  for (let i = 0; i < 3; i++) backward(backend, call); // until the scratch region fits
  const inUse = engine.heap.bytesInUse;
  const h0 = new Float32Array(10); // too short by far
  for (let i = 0; i < 10; i++) {
    expect(() => backend.recurrent({ ...call, h0: undefined as never })).toThrow();
    backend.recurrent({ ...call, h0, training: false });
  }
  backward(backend, call);
  expect(engine.heap.bytesInUse).toBe(inUse);
});
