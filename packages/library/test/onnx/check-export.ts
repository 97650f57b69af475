/**
 * @file What holds of every exported file: ONNX Runtime gives the library's numbers, at the example's
 * sizes and at others.
 */

import { createHash } from "node:crypto";
import { expect, type TestContext } from "vitest";
import {
  exportOnnx,
  noGrad,
  RandomGenerator,
  type ExportableModel,
  type Module,
  type OnnxOptions,
  type Tensor,
} from "../../src/index.ts";
import { mapTensors, namedTensors } from "../../src/io/onnx/named-tensors.ts";
import { openOnnx } from "../support/onnx-runtime.ts";

/** Other sums in another order, and other approximations of exp and tanh. */
const TOLERANCE = 1e-5;

/** Numbers that every machine has alike, so that the file is the same to the byte. */
export function fillParameters<M extends Module>(model: M, seed = 1): M {
  const generator = new RandomGenerator(seed);
  for (const [key, { dtype, data }] of Object.entries(model.stateDict())) {
    if (dtype === "int32") continue;
    const least = key.endsWith("running_var") ? 0.1 : -0.4;
    for (let i = 0; i < data.length; i++) data[i] = least + generator.random();
  }
  return model;
}

/** The arguments of `forward` for the export, then those at which the file is tried too. */
export async function checkExport(
  context: TestContext,
  model: ExportableModel,
  [example, ...others]: readonly (readonly unknown[])[],
  options: OnnxOptions = {},
): Promise<void> {
  model.train(); // What is dropped in training is not in the graph.
  const bytes = exportOnnx(model, example, options);
  expect(model.training, "the model is as it was").toBe(true);
  expect(sha256(bytes), "the file that ONNX Runtime agreed with").toMatchSnapshot();

  model.eval();
  const runnable = await openOnnx(context, bytes);
  for (const args of [example, ...others]) {
    const inputs = tensorsIn(args);
    const withTensors = mapTensors(args, (tensor) => tensor) as never[];
    const wanted = noGrad(() => tensorsIn(model.forward(...withTensors)));
    const given = await runnable.run(inputs);
    expectClose(given, wanted);
  }
}

export function expectClose(given: readonly Tensor[], wanted: readonly Tensor[]): void {
  expect(given.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  for (const [i, one] of wanted.entries()) {
    let worst = 0;
    for (let j = 0; j < one.size; j++) {
      const [a, b] = [given[i].data[j], one.data[j]];
      // −∞ equals −∞; NaN is never right.
      if (a !== b && !(Math.abs(a - b) <= worst)) worst = Math.abs(a - b);
    }
    expect(worst, `output ${i}`).toBeLessThan(TOLERANCE);
  }
}

export function tensorsIn(value: unknown): Tensor[] {
  return namedTensors(value, "").map(({ tensor }) => tensor);
}

/** The graph of a file, without what goes along as metadata: field 7 of its outermost message. */
export function graphOf(bytes: Uint8Array): Uint8Array {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  for (;;) {
    const tag = varint();
    const value = varint();
    if (tag >> 3 === 7) return bytes.subarray(at, at + value);
    if ((tag & 7) === 2) at += value;
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
