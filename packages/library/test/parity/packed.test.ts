import { describe, expect, test } from "vitest";
import {
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  type PackedSequence,
} from "../../src/nn/recurrent/packed-sequence.ts";
import { LSTM } from "../../src/nn/recurrent/lstm.ts";
import type { GRU } from "../../src/nn/recurrent/gru.ts";
import type { RNN } from "../../src/nn/recurrent/rnn.ts";
import { padSequence } from "../../src/data/pad-sequence.ts";
import type { Tensor } from "../../src/tensor/index.ts";
import { RUNS } from "../support/engines.ts";
import { fixtureNames, loadFixture, type Fixture } from "./load-fixture.ts";
import {
  expectFixture,
  expectWeightGradients,
  forward,
  layerFor,
  leavesOf,
  tensorOf,
  weightedSum,
  weightsOf,
} from "./recurrent-fixture.ts";

/** The same case in both layouts, with lengths and in the packed form. */
const FORMS = [
  { batchFirst: false, packed: false },
  { batchFirst: true, packed: false },
  { batchFirst: false, packed: true },
  { batchFirst: true, packed: true },
];

describe.each(RUNS)("on the engine %s", (_, run) => {
  test.each(fixtureNames("packed-"))(
    "every combination of options gives what PyTorch's pack → layer → pad does: %s",
    (name) => {
      run(() => {
        for (const form of FORMS) checkLayer(name, form);
      });
    },
  );
});

function checkLayer(name: string, form: (typeof FORMS)[number]): void {
  const fixture = loadFixture(name);
  const layer = layerFor({ ...fixture, options: { ...fixture.options, ...form } });
  layer.loadStateDict(weightsOf(fixture));
  const leaves = leavesOf(fixture, ["input", "h0", "c0"]);
  const lengths = [...fixture.get("lengths").data];

  const turned = (t: Tensor) => (form.batchFirst ? t.transpose(0, 1) : t);
  const inputs = { ...leaves, input: turned(leaves.input) };
  const outputs = form.packed
    ? packedForward(layer as RNN | GRU | LSTM, inputs, lengths, leaves.input.shape[0])
    : forward(layer, inputs, lengths);
  outputs.output = turned(outputs.output);
  for (const [key, value] of Object.entries(outputs)) expectFixture(fixture, key, value);

  weightedSum(fixture, outputs).backward();
  for (const [key, leaf] of Object.entries(leaves))
    expectFixture(fixture, `grad.${key}`, leaf.grad!);
  expectWeightGradients(fixture, layer);
}

/** As it is written in PyTorch. */
function packedForward(
  layer: RNN | GRU | LSTM,
  { input, h0, c0 }: Record<string, Tensor>,
  lengths: number[],
  totalLength: number,
): Record<string, Tensor> {
  const { batchFirst } = layer;
  const packed = packPaddedSequence(input, lengths, { batchFirst, enforceSorted: false });
  const padded = (output: PackedSequence) => padPackedSequence(output, { batchFirst, totalLength });
  if (layer instanceof LSTM) {
    const [output, [hN, cN]] = layer.forwardPacked(packed, h0 ? [h0, c0] : null);
    return { output: padded(output)[0], hN, cN };
  }
  const [output, hN] = layer.forwardPacked(packed, h0);
  return { output: padded(output)[0], hN };
}

describe("the packed form alone is PyTorch's", () => {
  test.each(["sorted", "sorted-batch-first", "any-order", "any-order-batch-first"])(
    "packPaddedSequence: data, sizes, indices and gradient, %s",
    (ending) => {
      const fixture = loadFixture(`pack-${ending}`);
      const { input } = leavesOf(fixture, ["input"]);
      const lengths = tensorOf(fixture, "lengths").int();
      expectPacked(fixture, packPaddedSequence(input, lengths, fixture.options));
      expectFixture(fixture, "grad.input", input.grad!);
    },
  );

  test.each(["default", "batch-first-total-length", "padding-value"])(
    "padPackedSequence: output, lengths and gradient, %s",
    (ending) => {
      const fixture = loadFixture(`pack-pad-${ending}`);
      const { input } = leavesOf(fixture, ["input"]);
      const lengths = [...fixture.get("lengths").data];
      const packed = packPaddedSequence(input, lengths, { enforceSorted: false });
      const [output, outputLengths] = padPackedSequence(packed, fixture.options);
      expect(output.shape).toEqual(fixture.get("output").shape);
      expectFixture(fixture, "output", output);
      expectFixture(fixture, "outputLengths", outputLengths);
      weightedSum(fixture, { output }).backward();
      expectFixture(fixture, "grad.input", input.grad!);
    },
  );

  test.each(["sorted", "any-order"])(
    "packSequence: data, sizes, indices and gradients, %s",
    (ending) => {
      const fixture = loadFixture(`pack-sequence-${ending}`);
      const leaves = leavesOf(fixture, ["sequence0", "sequence1", "sequence2"]);
      expectPacked(fixture, packSequence(Object.values(leaves), fixture.options));
      for (const [key, leaf] of Object.entries(leaves))
        expectFixture(fixture, `grad.${key}`, leaf.grad!);
    },
  );

  test.each(["default", "batch-first-value", "left"])(
    "padSequence: output and gradients, %s",
    (ending) => {
      const fixture = loadFixture(`pad-sequence-${ending}`);
      const leaves = leavesOf(fixture, ["sequence0", "sequence1", "sequence2"]);
      const output = padSequence(Object.values(leaves), fixture.options);
      expect(output.shape).toEqual(fixture.get("output").shape);
      expectFixture(fixture, "output", output);
      weightedSum(fixture, { output }).backward();
      for (const [key, leaf] of Object.entries(leaves))
        expectFixture(fixture, `grad.${key}`, leaf.grad!);
    },
  );
});

function expectPacked(fixture: Fixture, packed: PackedSequence): void {
  expectFixture(fixture, "data", packed.data);
  for (const key of ["batchSizes", "sortedIndices", "unsortedIndices"] as const) {
    expect(packed[key] !== null, key).toBe(fixture.has(key));
    if (packed[key]) expectFixture(fixture, key, packed[key]);
  }
  packed.data.mul(tensorOf(fixture, "gradData")).sum().backward();
}
