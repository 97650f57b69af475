import { describe, expect, test } from "vitest";
import { randn, RandomGenerator, stack, tensor } from "../tensor/index.ts";
import { linearProbe, neuronCorrelation } from "./probes.ts";

const generator = new RandomGenerator(6);
const random = (...shape: number[]) => randn(shape, { generator });

describe("neuronCorrelation", () => {
  test("is Pearson's coefficient, and ranks by its size", () => {
    // By hand: x = 1 2 3 4, y = 1 3 2 5 → r = 5.5 / √(5 · 8.75); and its negative, scaled and moved.
    const states = tensor([[1, 7, -1], [2, 7, -3], [3, 7, -5], [4, 7, -7]]); // prettier-ignore
    const found = neuronCorrelation(states, tensor([1, 3, 2, 5]));
    const r = 5.5 / Math.sqrt(5 * 8.75);
    expect(found.map(({ unit }) => unit)).toEqual([0, 2, 1]);
    expect(found[0].r).toBeCloseTo(r, 10);
    expect(found[1].r).toBeCloseTo(-r, 10);
    expect(found[2].r).toBe(0);
  });

  test("what comes after a sequence's end does not count", () => {
    const states = random(6, 3, 4);
    const feature = states.select(2, 2).mul(-2).add(random(6, 3).mul(0.1));
    const lengths = [6, 2, 4];
    const clean = neuronCorrelation(states, feature, { lengths });
    lengths.forEach((length, b) => {
      for (let t = length; t < 6; t++) feature.data[t * 3 + b] = 1e6;
    });
    expect(neuronCorrelation(states, feature, { lengths })).toEqual(clean);
    expect(clean[0].unit).toBe(2);
    expect(clean[0].r).toBeLessThan(-0.95);
  });

  test("refuses a feature of another shape", () => {
    expect(() => neuronCorrelation(random(6, 3, 4), random(3, 6))).toThrow(
      /expected feature \[6, 3\], like the states \[6, 3, 4\] without their features, got \[3, 6\]/,
    );
  });
});

describe("linearProbe", () => {
  test("reads three classes off a mixture of units, on sequences that it has not seen", () => {
    const states = random(15, 24, 6);
    const score = (unit: number) => states.select(2, unit).sub(states.select(2, unit + 1).mul(0.5));
    const labels = stack([score(0), score(2), score(4)], -1).argmax(-1);
    const probe = linearProbe(states.mul(40).add(7), labels);
    expect(probe.accuracy).toBeGreaterThan(0.93);
    expect(probe.majority).toBeLessThan(0.5);
    expect(probe.numClasses).toBe(3);
    expect(probe.rows).toEqual({ train: 15 * 18, heldOut: 15 * 6 });
  });

  test("of noise it reads no more than the majority, where single steps held out would", () => {
    // Every sequence has a state and a label of its own, which have nothing to do with each other.
    const own = random(1, 40, 30);
    const states = own.expand(20, 40, 30).add(random(20, 40, 30).mul(0.01));
    const labels = random(1, 40).gt(0).expand(20, 40);
    const probe = linearProbe(states, labels);
    expect(probe.trainAccuracy).toBe(1);
    expect(Math.abs(probe.accuracy - 0.5)).toBeLessThan(0.3);
    const rows = linearProbe(states.reshape(800, 30), labels.reshape(800));
    expect(rows.accuracy).toBeGreaterThan(0.97);
  });

  test("the same seed gives the same probe, and padding does not count", () => {
    const states = random(5, 8, 3);
    const labels = states.select(2, 0).gt(0);
    const lengths = [5, 1, 3, 4, 2, 5, 2, 1];
    const first = linearProbe(states, labels, { lengths });
    lengths.forEach((length, b) => {
      for (let t = length; t < 5; t++) labels.data[t * 8 + b] = 17;
    });
    const second = linearProbe(states, labels, { lengths });
    expect(second.accuracy).toBe(first.accuracy);
    expect(second.layer.weight.toArray()).toEqual(first.layer.weight.toArray());
    expect(first.rows.train + first.rows.heldOut).toBe(23);
  });

  test.each([
    ["one class", tensor([0, 0, 0, 0, 0, 0, 0, 0]), {}, /at least two classes/],
    ["fractions", random(8), {}, /class ids from 0 on/],
    [
      "nothing held out",
      tensor([0, 1, 0, 1, 0, 1, 0, 1]),
      { heldOut: 0 },
      /something on both sides/,
    ],
  ])("refuses %s", (_, labels, options, message) => {
    expect(() => linearProbe(random(8, 3), labels, options)).toThrow(message);
  });
});
