import { beforeAll, describe, expect, test } from "vitest";
import {
  type CallOptions,
  expectClose,
  randomCall,
  randomNumbers,
} from "../../../test/support/engine-calls.ts";
import { nativeAtEverySize, nativeEngine } from "../../../test/support/engines.ts";
import type { Backend, RecurrentCall, RecurrentOutputGradients } from "../backend.ts";
import { plainLoops } from "../plain-loops.ts";
import { NATIVE_CELLS } from "./onednn.ts";

const truth = plainLoops("float64");
const hasLayers = nativeEngine?.layersFor("lstm") != null;

const CASES: [string, Omit<CallOptions, "cell">][] = [
  ["plainly", {}],
  ["without states or bias", { states: false, bias: false }],
  ["batch first", { batchFirst: true }],
  ["in both directions", { bidirectional: true }],
  [
    "in both directions, batch first, without states",
    { bidirectional: true, batchFirst: true, states: false },
  ],
  ["one step of one sequence", { batch: 1, seq: 1 }],
  ["one sequence", { batch: 1, seq: 11, hiddenSize: 16, inputSize: 5 }],
  ["one feature in, one hidden", { inputSize: 1, hiddenSize: 1 }],
  ["eleven sequences with 33 features", { batch: 11, seq: 4, hiddenSize: 33, inputSize: 18 }],
  ["wider than one block of a product", { batch: 4, seq: 3, hiddenSize: 270, inputSize: 130 }],
  ["wide and batch first", { batch: 3, seq: 4, hiddenSize: 515, inputSize: 7, batchFirst: true }],
];

function outputGradients(call: RecurrentCall): RecurrentOutputGradients {
  const random = randomNumbers(99);
  const D = call.directions.length;
  const states = D * call.batch * call.hiddenSize;
  return {
    output: random(call.batch * call.seq * D * call.hiddenSize),
    hN: random(states),
    cN: call.cell === "lstm" ? random(states) : null,
    needsInput: true,
  };
}

function expectSame(backend: Backend, call: RecurrentCall, grads = outputGradients(call)): void {
  const expected = truth.recurrent(call);
  const actual = backend.recurrent(call);
  expectClose("output", actual.output, expected.output);
  expectClose("hN", actual.hN, expected.hN);
  expectClose("cN", actual.cN, expected.cN);
  if (!call.training) {
    expect(actual.saved).toBeNull();
    return;
  }
  expect(actual.saved!.engine).toBe("native");
  const expectedGrads = truth.recurrentBackward(call, expected.saved!, grads);
  const actualGrads = backend.recurrentBackward(call, actual.saved!, grads);
  expectClose("input", actualGrads.input, grads.needsInput ? expectedGrads.input : null);
  expectClose("h0", actualGrads.h0, expectedGrads.h0);
  expectClose("c0", actualGrads.c0, expectedGrads.c0);
  expectedGrads.directions.forEach((direction, d) => {
    for (const name of ["weightIh", "weightHh", "biasIh", "biasHh", "weightHr"] as const) {
      expectClose(`${name} of direction ${d}`, actualGrads.directions[d][name], direction[name]);
    }
  });
}

describe.skipIf(!hasLayers)("layers by oneDNN", () => {
  let backend: Backend;
  beforeAll(() => {
    backend = nativeAtEverySize();
  });

  describe.each(NATIVE_CELLS)("%s gives the plain loops' results and gradients", (cell) => {
    test.each(CASES)("%s", (_, options) => {
      expectSame(backend, randomCall({ cell, ...options }));
      expectSame(backend, randomCall({ cell, ...options, training: false }));
    });

    test("when only some gradients come in", () => {
      const call = randomCall({ cell, bidirectional: true });
      const none = { output: null, hN: null, cN: null, needsInput: false };
      const { output, hN, cN } = outputGradients(call);
      expectSame(backend, call, { ...none, output });
      expectSame(backend, call, { ...none, hN, needsInput: true });
      expectSame(backend, call, { ...none, cN });
    });

    test("when the input comes in float64", () => {
      const call = randomCall({ cell });
      const input = Float64Array.from(call.input);
      expectSame(backend, { ...call, input, h0: Float64Array.from(call.h0!) });
    });

    test("the same call twice gives the same bits, wherever the arrays lie", () => {
      const call = randomCall({ cell, batch: 10, seq: 20, hiddenSize: 40, bidirectional: true });
      const run = (shift: number) => {
        const moved = new Float32Array(call.input.length + shift).subarray(shift);
        moved.set(call.input);
        const own = { ...call, input: moved };
        const { output, hN, saved } = backend.recurrent(own);
        const grads = backend.recurrentBackward(own, saved!, outputGradients(call));
        return { output, hN, grads };
      };
      expect(run(1)).toEqual(run(0));
      expect(run(7)).toEqual(run(0));
    });

    test("weights that changed are read again", () => {
      const call = randomCall({ cell, training: false });
      backend.recurrent(call);
      for (const storage of [call.directions[0].weightHh, call.directions[0].biasIh!]) {
        storage.array[1] += 0.25;
        storage.changed();
        expectSame(backend, call);
      }
    });

    test("weights that may be written to unseen are read every time", () => {
      const call = randomCall({ cell });
      call.directions[0].weightIh.exposed = true;
      backend.recurrent(call);
      call.directions[0].weightIh.array[2] -= 0.5;
      expectSame(backend, call);
    });

    test("weights are shared by batches of different sizes", () => {
      const call = randomCall({ cell, training: false });
      const { directions } = call;
      for (const [batch, seq] of [
        [1, 9],
        [4, 2],
        [16, 3],
        [1, 1],
        [64, 2],
      ]) {
        expectSame(backend, { ...randomCall({ cell, batch, seq }), directions });
      }
    });

    test("writing into a result changes no gradient", () => {
      const call = randomCall({ cell });
      const { saved } = backend.recurrent(call);
      const expected = backend.recurrentBackward(call, saved!, outputGradients(call));

      const result = backend.recurrent(call);
      for (const array of [result.output, result.hN, result.cN]) array?.fill(7);
      const grads = backend.recurrentBackward(call, result.saved!, outputGradients(call));
      expect(grads).toEqual(expected);
    });

    test("NaN in the input reaches output and gradients", () => {
      const call = randomCall({ cell, batch: 4, hiddenSize: 32 });
      call.input[3] = NaN;
      expectSame(backend, call);
    });

    test("more shapes than are remembered", () => {
      const calls = Array.from({ length: 60 }, (_, i) => randomCall({ cell, seq: 1 + i, seed: i }));
      const saved = calls.map((call) => backend.recurrent(call).saved!);
      calls.forEach((call, i) => {
        const grads = backend.recurrentBackward(call, saved[i], outputGradients(call));
        if (i % 10 > 0) return;
        const expected = truth.recurrentBackward(
          call,
          truth.recurrent(call).saved!,
          outputGradients(call),
        );
        expectClose("weightHh", grads.directions[0].weightHh, expected.directions[0].weightHh);
      });
    });

    test("saved activations cannot be used twice", () => {
      const call = randomCall({ cell });
      const { saved } = backend.recurrent(call);
      backend.recurrentBackward(call, saved!, outputGradients(call));
      expect(() => backend.recurrentBackward(call, saved!, outputGradients(call))).toThrow("twice");
    });
  });

  test.each<[string, CallOptions]>([
    ["a projection", { cell: "lstm", projSize: 4 }],
    ["lengths", { cell: "gru", lengths: [2, 5, 1] }],
    ["the original GRU", { cell: "gru", resetAfter: false }],
    ["relu, whose NaN the library would hide", { cell: "rnn_relu" }],
    ["a batch of nothing", { cell: "lstm", batch: 0 }],
  ])("%s is left to the fallback", (_, options) => {
    const call = randomCall(options);
    const { output, saved } = backend.recurrent(call);
    expect(saved!.engine).not.toBe("native");
    expectClose("output", output, truth.recurrent(call).output);
  });

  test("lengths that are all the whole sequence are none", () => {
    expectSame(backend, randomCall({ cell: "gru", lengths: [5, 5, 5] }));
  });
});
