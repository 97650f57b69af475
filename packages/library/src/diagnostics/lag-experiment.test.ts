/**
 * @file The numbers that the course's experiments 3A, 3B and 4B show, measured over several seeds.
 *
 * The course names sizes and noise, and not the loss, the drive of the gated cells or the seeds;
 * `lagExperiment` says what was taken: a gradient of length 1 at the last state. The numbers spread
 * by factors from one seed to the next, more the further they are from 1, so a number of the course
 * must lie within two standard deviations of the logarithm, and the rounding of its one digit.
 */

import { describe, expect, test } from "vitest";
import { gradientFlow } from "./gradient-flow.ts";
import { lagExperiment, type LagExperimentOptions } from "./lag-experiment.ts";

const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7];
const ROUNDING = Math.log(1.5);

/** What arrives 100 steps before the end, for each seed. */
function atLag100(options: LagExperimentOptions, part: "h" | "c" = "h"): number[] {
  return SEEDS.map((seed) => {
    const { model, loss } = lagExperiment({ ...options, seed });
    const flow = gradientFlow(model, loss, {
      precision: "float64",
      jacobians: false,
      spectra: false,
    });
    return flow.layers[0][part]!.byLag[100];
  });
}

function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const logs = values.map(Math.log);
  const mean = logs.reduce((a, b) => a + b) / logs.length;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (logs.length - 1)) };
}

function expectWithinSpread(values: readonly number[], expected: number): void {
  const { mean, deviation } = spreadOf(values);
  expect(Math.abs(Math.log(expected) - mean)).toBeLessThanOrEqual(2 * deviation + ROUNDING);
}

// Measured: the least, the geometric mean and the most of ten seeds.
describe("3A: tanh, 32 units, noise 0.5, lag 100", () => {
  test.each([
    [0.5, 2e-39], // 1.7e-39 … 3.8e-39 … 7.7e-39
    [0.9, 5e-16], // 1.4e-16 … 3.9e-16 … 9.9e-16
    [1, 4e-13], //   4.2e-13 … 1.4e-12 … 3.8e-12
    [1.1, 2.5e-10], // 1.9e-10 … 1.4e-9 … 7.3e-9
    [1.5, 0.2], //   0.012 … 0.16 … 1.1
    [2, 6e4], //     1.6e2 … 1.6e4 … 2.1e5
  ])("orthogonal weights of radius %d: %d", (radius, expected) => {
    expectWithinSpread(atLag100({ radius }), expected);
  });

  test("PyTorch's initialisation: 4e-36", () => {
    expectWithinSpread(atLag100({ weights: "default" }), 4e-36); // 1.3e-35 … 3.6e-33 … 2.4e-28
  });

  test("a radius above 1 does not explode under tanh: 1.1 still vanishes, at every seed", () => {
    expect(Math.max(...atLag100({ radius: 1.1 }))).toBeLessThan(1e-6);
  });
});

describe("3B: where the eigenvalue rule holds", () => {
  test.each([
    [0.1, 2e-3], // 1.1e-3 … 2.0e-3 … 3.8e-3
    [0.5, 4e-13], // 4.2e-13 … 1.4e-12 … 3.8e-12
    [1, 2e-20], //  1.4e-22 … 1.7e-21 … 1.2e-20
  ])("tanh, radius 1, noise %d: %d", (noise, expected) => {
    expectWithinSpread(atLag100({ radius: 1, noise }), expected);
  });

  test("linear and normal: exactly ρ^100, whatever the noise", () => {
    for (const [radius, noise] of [
      [0.9, 1],
      [1.1, 0.1],
    ] as const) {
      // prettier-ignore
      for (const value of atLag100({ cell: "linear", radius, noise })) {
        expect(value / radius ** 100).toBeCloseTo(1, 3);
      }
    }
  });

  test("linear and not normal: another factor than ρ^100, and another for each seed", () => {
    const ratios = atLag100({ cell: "linear", weights: "gaussian", radius: 1 });
    expect(spreadOf(ratios).deviation).toBeGreaterThan(0.1);
    expect(ratios.filter((ratio) => Math.abs(ratio - 1) < 0.01)).toEqual([]);
  });
});

describe("4B: gate biases, 32 units, 32 inputs of standard deviation 0.8, lag 100", () => {
  test.each([
    [0, 3e-23], // 5.6e-24 … 8.1e-23 … 4.3e-21
    [1, 3e-9], //  3.4e-10 … 1.6e-9 … 3.2e-8
    [2, 2e-2], //  1.4e-3 … 6.2e-3 … 1.8e-2
    [3, 0.13], //  0.15 … 0.25 … 0.78
  ])("LSTM, forget bias %d: ‖∂L/∂c‖ is %d", (gateBias, expected) => {
    expectWithinSpread(atLag100({ cell: "lstm", gateBias }, "c"), expected);
  });

  // The course writes the update gate the other way round: its b_z is −updateBias.
  test.each([
    [0, 1e-21], // 5.6e-24 … 5.6e-22 … 1.7e-20
    [2, 1e-5], //  9.3e-6 … 1.5e-5 … 2.4e-5
    [3, 1e-2], //  6.8e-3 … 8.9e-3 … 1.3e-2
    [5, 0.5], //   0.45 … 0.48 … 0.51
  ])("GRU, update bias %d: ‖∂L/∂h‖ is %d", (gateBias, expected) => {
    expectWithinSpread(atLag100({ cell: "gru", gateBias }), expected);
  });
});

describe("lagExperiment", () => {
  test("the same seed gives the same experiment", () => {
    const run = () => {
      const { model, loss } = lagExperiment({ seed: 3, seq: 20 });
      return gradientFlow(model, loss).layers[0].h.byLag;
    };
    expect(run()).toEqual(run());
  });

  test.each([
    [{ cell: "lstm", radius: 1 }, /radius is for cells without gates/],
    [{ gateBias: 1 }, /gateBias for "lstm" and "gru"/],
    [{ cell: "elman" as never }, /expected cell "tanh"/],
    [{ seq: 0 }, /expected seq to be a whole number/],
  ] as [LagExperimentOptions, RegExp][])("refuses %o", (options, message) => {
    expect(() => lagExperiment(options)).toThrow(message);
  });
});
