import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { experiment } from "./3a-vanishing.ts";

// Seeds 1–50 were run by hand, five to a run.
test("tanh loses the gradient up to ρ = 1.1 and beyond, and explodes at 2", async () => {
  await expectClaims(experiment, [1, 6]);
});

test("without tanh the curve is ρ to the power of the lag", async () => {
  const { plots } = await runExperiment(experiment, { cell: "linear", radius: 0.9, length: 50 });

  const [curve, law] = plots[0].kind === "lines" ? plots[0].series : [];
  expect(curve.points.length).toBe(51);
  for (const [at, [t, norm]] of curve.points.entries()) {
    expect(t).toBe(at);
    expect(norm / law.points[at][1]).toBeCloseTo(1, 9);
  }
});

test("an LSTM as PyTorch starts it keeps hardly more than the tanh RNN", async () => {
  const { summary, claims } = await runExperiment(experiment, { cell: "LSTM" });

  expect(summary).toMatch(/LSTM as PyTorch starts it: .* \de-2\d is left 100 steps before/);
  expect(claims).toEqual([]);
});
