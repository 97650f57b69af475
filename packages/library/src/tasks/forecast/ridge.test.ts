/** @file The regression finds what is there, and shrinks what is not. */

import { expect, test } from "vitest";
import { RandomGenerator } from "unrolled";
import { Ridge } from "./ridge.ts";

function gathered(n: number): Ridge {
  const generator = new RandomGenerator(4);
  const ridge = new Ridge(3, 2);
  for (let i = 0; i < n; i++) {
    const x = Float64Array.from([0, 1, 2], (k) => (k + 1) * generator.normal() + k);
    ridge.add(x, Float64Array.of(2 * x[0] - x[2] + 5, 0.5 * x[1] - 1));
  }
  return ridge;
}

test("without noise and nearly without penalty, weights and bias are exact", () => {
  const { weight, bias } = gathered(100).solve([0, 1, 2], 1e-10);
  [2, 0, -1, 0, 0.5, 0].forEach((w, i) => expect(weight[i]).toBeCloseTo(w, 6));
  expect(bias[0]).toBeCloseTo(5, 6);
  expect(bias[1]).toBeCloseTo(-1, 6);
});

test("a part of the inputs gives what a regression on these alone gives", () => {
  const whole = gathered(100).solve([2, 0], 0.1);
  const generator = new RandomGenerator(4);
  const alone = new Ridge(2, 2);
  for (let i = 0; i < 100; i++) {
    const x = Float64Array.from([0, 1, 2], (k) => (k + 1) * generator.normal() + k);
    alone.add(Float64Array.of(x[2], x[0]), Float64Array.of(2 * x[0] - x[2] + 5, 0.5 * x[1] - 1));
  }
  const { weight, bias } = alone.solve([0, 1], 0.1);
  weight.forEach((w, i) => expect(whole.weight[i]).toBeCloseTo(w, 9));
  bias.forEach((b, i) => expect(whole.bias[i]).toBeCloseTo(b, 9));
});

test("a penalty of 1 halves the weights of inputs that do not go together, a huge one leaves the mean", () => {
  const ridge = new Ridge(1, 1);
  for (const x of [-1, 1]) ridge.add(Float64Array.of(x), Float64Array.of(3 * x + 2));
  expect(ridge.solve([0], 1).weight[0]).toBeCloseTo(1.5, 9);
  const { weight, bias } = ridge.solve([0], 1e9);
  expect(weight[0]).toBeCloseTo(0, 6);
  expect(bias[0]).toBeCloseTo(2, 6);
});

test("an input that never varies has no weight", () => {
  const ridge = new Ridge(2, 1);
  for (const x of [-1, 1, 2]) ridge.add(Float64Array.of(7, x), Float64Array.of(x));
  const { weight } = ridge.solve([0, 1], 1e-9);
  expect(weight[0]).toBe(0);
  expect(weight[1]).toBeCloseTo(1, 6);
});
