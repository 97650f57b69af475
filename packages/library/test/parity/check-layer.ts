/**
 * @file Compares a layer with its fixture: output, and the gradients of input and parameters.
 */

import { expect } from "vitest";
import type { Layer, Module, StateDict } from "../../src/nn/module.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";
import { expectClose, PARITY, type Fixture } from "./load-fixture.ts";

/** Loads the weights, runs forward and backward, and compares all that the fixture holds. */
export function checkLayer(layer: Layer, fixture: Fixture<unknown>): void;
export function checkLayer<M extends Module>(
  layer: M,
  fixture: Fixture<unknown>,
  forward: (layer: M, input: Tensor) => Tensor,
): void;
export function checkLayer(
  layer: Layer,
  fixture: Fixture<unknown>,
  forward: (layer: Layer, input: Tensor) => Tensor = (layer, input) => layer.forward(input),
): void {
  const dict: StateDict = {};
  for (const key of fixture.keys("weights.")) {
    dict[key.slice("weights.".length)] = readTensor(fixture, key);
  }
  layer.loadStateDict(dict);
  const input = readTensor(fixture, "input");

  const output = forward(layer, input);
  output.backward(readTensor(fixture, "gradOutput"));

  expect(output.shape).toEqual(fixture.get("output").shape);
  expectClose(output.data, fixture.get("output").data, PARITY, `${fixture.name} output`);
  if (input.requiresGrad) {
    expectClose(input.grad!.data, fixture.get("grad.input").data, PARITY, "grad.input");
  }
  for (const [key, parameter] of layer.namedParameters()) {
    const expected = fixture.get(`grad.${key}`);
    expectClose(parameter.grad!.data, expected.data, PARITY, `${fixture.name} grad.${key}`);
  }
}

/** The tensor of this key; a leaf where the fixture has its gradient. */
export function readTensor(fixture: Fixture<unknown>, key: string): Tensor {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape, requiresGrad: fixture.has(`grad.${key}`) });
}
