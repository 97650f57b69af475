import { describe, expect, test } from "vitest";
import {
  NUM_GATES,
  type Backend,
  type CellKind,
  type RecurrentCall,
  type RecurrentOutputGradients,
} from "../backend.ts";
import { plainLoops } from "../plain-loops.ts";
import { createWasmBackend } from "./index.ts";
import {
  BUILDS,
  type CallOptions,
  expectClose,
  randomCall,
  randomNumbers,
} from "../../../test/support/engine-calls.ts";

const CELLS = Object.keys(NUM_GATES) as CellKind[];
const truth = plainLoops("float64");

const CASES: [string, Omit<CallOptions, "cell">][] = [
  ["plainly", {}],
  ["without states or bias", { states: false, bias: false }],
  ["batch first", { batchFirst: true }],
  ["in both directions", { bidirectional: true }],
  [
    "in both directions, batch first, without states",
    { bidirectional: true, batchFirst: true, states: false },
  ],
  ["with lengths in no order", { lengths: [2, 5, 1] }],
  ["with lengths that all stop early", { lengths: [3, 3, 2], states: false }],
  [
    "with lengths, both directions, batch first",
    { lengths: [4, 1, 5], bidirectional: true, batchFirst: true },
  ],
  ["one step of one sequence", { batch: 1, seq: 1 }],
  ["one sequence", { batch: 1, seq: 11, hiddenSize: 16, inputSize: 5 }],
  ["two sequences", { batch: 2, hiddenSize: 20, inputSize: 3 }],
  ["eleven sequences with 33 features", { batch: 11, seq: 4, hiddenSize: 33, inputSize: 18 }],
  ["one feature in, one hidden", { inputSize: 1, hiddenSize: 1 }],
  [
    "more steps than are projected at once",
    { batch: 13, seq: 70, hiddenSize: 32, inputSize: 6, bidirectional: true },
  ],
  ["wider than one block of a product", { batch: 4, seq: 3, hiddenSize: 270, inputSize: 130 }],
];

function outputGradients(call: RecurrentCall, options: Partial<RecurrentOutputGradients> = {}) {
  const random = randomNumbers(99);
  const { batch, seq, hiddenSize, projSize } = call;
  const D = call.directions.length;
  const P = projSize || hiddenSize;
  return {
    output: random(batch * seq * D * P),
    hN: random(D * batch * P),
    cN: call.cell === "lstm" ? random(D * batch * hiddenSize) : null,
    needsInput: true,
    ...options,
  };
}

function expectSame(
  backend: Backend,
  call: RecurrentCall,
  grads: RecurrentOutputGradients = outputGradients(call),
) {
  const expected = truth.recurrent(call);
  const actual = backend.recurrent(call);
  expectClose("output", actual.output, expected.output);
  expectClose("hN", actual.hN, expected.hN);
  expectClose("cN", actual.cN, expected.cN);
  if (!call.training) {
    expect(actual.saved).toBeNull();
    return;
  }
  const expectedGrads = truth.recurrentBackward(call, expected.saved!, grads);
  const actualGrads = backend.recurrentBackward(call, actual.saved!, grads);
  expectClose("input", actualGrads.input, expectedGrads.input);
  expectClose("h0", actualGrads.h0, expectedGrads.h0);
  expectClose("c0", actualGrads.c0, expectedGrads.c0);
  expectedGrads.directions.forEach((direction, d) => {
    for (const name of ["weightIh", "weightHh", "biasIh", "biasHh", "weightHr"] as const) {
      expectClose(`${name} of direction ${d}`, actualGrads.directions[d][name], direction[name]);
    }
  });
}

describe.each(BUILDS)("the %s build", (build) => {
  const backend = createWasmBackend(build);

  describe.each(CELLS)("%s gives the plain loops' results and gradients", (cell) => {
    test.each(CASES)("%s", (_, options) => {
      expectSame(backend, randomCall({ cell, ...options }));
      expectSame(backend, randomCall({ cell, ...options, training: false }));
    });

    test("when only some gradients come in", () => {
      const call = randomCall({ cell, bidirectional: true, lengths: [5, 2, 3] });
      const none = { output: null, hN: null, cN: null, needsInput: false };
      const { output, hN, cN } = outputGradients(call);
      expectSame(backend, call, { ...none, output });
      expectSame(backend, call, { ...none, hN, needsInput: true });
      expectSame(backend, call, { ...none, cN });
    });

    test("the same call twice gives the same bits", () => {
      const call = randomCall({ cell, batch: 10, seq: 20, bidirectional: true });
      const run = () => {
        const { output, hN, saved } = backend.recurrent(call);
        const grads = backend.recurrentBackward(call, saved!, outputGradients(call));
        return { output, hN, grads };
      };
      expect(run()).toEqual(run());
    });

    test("a sequence's result does not depend on the batch that it is in", () => {
      const call = randomCall({ cell, batch: 9, seq: 6, batchFirst: true, states: false });
      const { output } = backend.recurrent(call);
      const size = 6 * call.inputSize;
      for (const count of [1, 2, 4, 7]) {
        const input = call.input.slice(0, count * size);
        const part = backend.recurrent({ ...call, batch: count, input });
        expect(part.output).toEqual(output.slice(0, part.output.length));
      }
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
  });

  test("an LSTM with a projection and the original GRU take the plain loops", () => {
    expectSame(backend, randomCall({ cell: "lstm", projSize: 4, lengths: [2, 5, 1] }));
    expectSame(backend, randomCall({ cell: "gru", resetAfter: false }));
  });

  test("saved activations cannot be used twice", () => {
    const call = randomCall({ cell: "gru" });
    const { saved } = backend.recurrent(call);
    backend.recurrentBackward(call, saved!, outputGradients(call));
    expect(() => backend.recurrentBackward(call, saved!, outputGradients(call))).toThrow("twice");
  });
});
