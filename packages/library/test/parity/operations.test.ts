import { afterAll, beforeAll, describe, test } from "vitest";
import { engineName, useEngine } from "../../src/backends/index.ts";
import { cat, stack, tensor, type Tensor } from "../../src/tensor/index.ts";
import { ENGINES } from "../support/engines.ts";
import {
  expectClose,
  fixtureNames,
  loadFixture,
  PARITY,
  type Fixture,
  type FixtureOptions,
} from "./load-fixture.ts";

const before = engineName();
afterAll(() => useEngine(before));

describe.each(ENGINES)("on the %s engine, PyTorch's numbers and gradients", (engine) => {
  beforeAll(() => useEngine(engine));

  test.each(fixtureNames("op-"))("%s", (name) => {
    const fixture = loadFixture(name);
    const leaves = ["a", "b", "c"]
      .filter((key) => fixture.has(key))
      .map((key) => [key, read(fixture, key, fixture.has(`grad.${key}`))] as const);

    const results = apply(
      fixture.options,
      leaves.map(([, leaf]) => leaf),
      fixture,
    );
    const suffix = (i: number) => (fixture.has("output") ? "" : `${i}`);
    results.forEach((result, i) => {
      expectClose(result.data, fixture.get(`output${suffix(i)}`).data, PARITY, `${name} output`);
    });

    results
      .map((result, i) => result.mul(read(fixture, `gradOutput${suffix(i)}`)).sum())
      .reduce((sum, part) => sum.add(part))
      .backward();
    for (const [key, leaf] of leaves) {
      if (!leaf.requiresGrad) continue;
      expectClose(leaf.grad!.data, fixture.get(`grad.${key}`).data, PARITY, `${name} grad.${key}`);
    }
  });
});

function read(fixture: Fixture, key: string, requiresGrad = false): Tensor {
  const { shape, data } = fixture.get(key);
  return tensor(data, { shape, requiresGrad });
}

function apply(options: FixtureOptions, inputs: Tensor[], fixture: Fixture): Tensor[] {
  const { op, axis, keepdim } = options;
  const [a, b] = inputs;
  switch (op) {
    case "cat":
      return [cat(inputs, axis)];
    case "stack":
      return [stack(inputs, axis)];
    case "chunk":
      return a.chunk(options.chunks, axis);
    case "gather":
      return [a.gather(axis, read(fixture, "index"))];
    case "maskedFill":
      return [a.maskedFill(read(fixture, "mask"), options.value)];
    case "pow":
      return [a.pow(options.exponent ?? b)];
    case "add":
    case "sub":
    case "mul":
    case "div":
      return [a[op as "add"](b)];
    case "matmul":
      return [a.matmul(b)];
    case "max":
    case "min":
      return [a[op as "max"](axis, { keepdim })];
    case "sum":
    case "mean":
    case "var":
    case "std":
      return [a[op as "sum"](axis, { keepdim })];
    case "softmax":
    case "logSoftmax":
      return [a[op as "softmax"](axis)];
    case "select":
      return [a.select(axis, options.index)];
    case "slice":
      return [a.slice(axis, options.from, options.to)];
    case "transpose":
      return [a.transpose(options.axes[0], options.axes[1])];
    case "permute":
      return [a.permute(options.axes)];
    case "reshape":
      return [a.reshape(options.shape)];
    default:
      return [a[op as "exp"]()];
  }
}
