import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { randomCall, randomNumbers } from "../../../test/support/engine-calls.ts";
import { nativeEngine } from "../../../test/support/engines.ts";
import type { RecurrentCall } from "../backend.ts";
import { getNumThreads, setNumThreads } from "../thread-count.ts";
import { NATIVE_CELLS } from "./onednn.ts";
import { Products, type Sgemm } from "./products.ts";
import type { Layers, NativeSaved } from "./recurrent.ts";
import { sameBits, ThreadTrials } from "./threads.ts";

const wanted = getNumThreads();
afterEach(() => setNumThreads(wanted));

describe("trials of several threads", () => {
  test("cover smaller sizes, and are repeated for larger ones", () => {
    const trials = new ThreadTrials();
    const tried: number[] = [];
    const passes = (size: number) =>
      trials.passed("lstm", size, () => {
        tried.push(size);
        return true;
      });
    expect([8, 5, 8, 9, 3].map(passes)).toEqual([true, true, true, true, true]);
    expect(tried).toEqual([8, 9]);
  });

  test("are over when one has failed, for that kind alone", () => {
    const trials = new ThreadTrials();
    expect(trials.passed("lstm", 8, () => false)).toBe(false);
    expect(trials.passed("lstm", 1, () => true)).toBe(false);
    expect(trials.passed("gru", 1, () => true)).toBe(true);
  });

  test("tell 0 from −0, and a NaN from a number", () => {
    expect(sameBits(Float32Array.of(0), Float32Array.of(0))).toBe(true);
    expect(sameBits(Float32Array.of(0), Float32Array.of(-0))).toBe(false);
    expect(sameBits(Float32Array.of(NaN), Float32Array.of(NaN))).toBe(true);
    expect(sameBits(Float32Array.of(NaN), Float32Array.of(1))).toBe(false);
    expect(sameBits(Float32Array.of(1), Float32Array.of(1, 2))).toBe(false);
    expect(sameBits(null, null)).toBe(true);
  });

  test("a library whose product changes with the threads is kept to one", () => {
    let threads = 1;
    const used: number[] = [];
    const sgemm: Sgemm = () => used.push(threads);
    const different = new Products(sgemm, { useThreads: (count) => (threads = count) });
    setNumThreads(3);
    const [m, n, k] = [256, 256, 256];
    const call = { batch: 1, m, n, k, a: new Float32Array(m * k), b: new Float32Array(k * n) };
    different.gemm(call);
    expect(used).toEqual([1, 3, 3]); // nothing is written, so nothing differs

    used.length = 0;
    const bias = new Float32Array(n);
    const biased: Sgemm = () => {
      used.push(threads);
      bias[0] = threads; // what the next product begins with
    };
    const differs = new Products(biased, { useThreads: (count) => (threads = count) });
    differs.gemm({ ...call, bias });
    differs.gemm({ ...call, bias });
    expect(used).toEqual([1, 3, 1, 1]);
  });
});

describe.skipIf(nativeEngine?.layersFor("lstm") == null)("oneDNN on several threads", () => {
  const layers = nativeEngine?.layersFor("lstm") as Layers;

  function everything(call: RecurrentCall, threads: number) {
    setNumThreads(threads);
    const { output, hN, cN, saved } = layers.forward(call);
    const grads = { output: randomNumbers(5)(output.length), hN, cN, needsInput: true };
    const gradients = layers.backward(call, saved as NativeSaved, grads);
    return { output, hN, cN, gradients };
  }

  test.each(NATIVE_CELLS)("%s: the same bits as on one", (cell) => {
    for (const bidirectional of [false, true]) {
      const call = randomCall({ cell, bidirectional, batch: 9, seq: 11, hiddenSize: 200 });
      const one = everything(call, 1);
      expect(everything(call, 2)).toEqual(one);
      expect(everything(call, 3)).toEqual(one);
      const inference = { ...call, training: false };
      expect(layers.forward(inference).output).toEqual(one.output);
    }
  });

  test("gradients are computed on as many threads as the outputs were", () => {
    const call = randomCall({ cell: "gru", batch: 9, seq: 5, hiddenSize: 200 });
    setNumThreads(2);
    const { saved } = layers.forward(call);
    setNumThreads(1);
    const grads = { output: null, hN: null, cN: null, needsInput: true };
    expect(() => layers.backward(call, saved as NativeSaved, grads)).not.toThrow();
  });

  test("a program that has used them ends in peace", () => {
    const program = `
      import { nn, randn, setNumThreads, useEngine } from "unrolled";
      setNumThreads(2);
      useEngine("native");
      new nn.LSTM(128, 256).forward(randn([8, 32, 128]));
      console.log("done");`;
    const { status, signal, stdout } = spawnSync(
      process.execPath,
      // prettier-ignore
      ["--conditions=unrolled-source", "--import", "./scripts/typescript.mjs", "--input-type=module", "--eval", program],
      { cwd: fileURLToPath(new URL("../../../../../", import.meta.url)), encoding: "utf8" },
    );
    expect([status, signal, stdout]).toEqual([0, null, "done\n"]);
  });

  test("products: the same bits as on one", () => {
    const random = randomNumbers(3);
    const [m, n, k] = [300, 257, 211];
    for (const transA of [false, true]) {
      const call = { batch: 1, m, n, k, a: random(m * k), b: random(k * n), transA };
      setNumThreads(1);
      const one = nativeEngine!.products.gemm(call);
      setNumThreads(2);
      expect(nativeEngine!.products.gemm(call)).toEqual(one);
    }
  });
});
