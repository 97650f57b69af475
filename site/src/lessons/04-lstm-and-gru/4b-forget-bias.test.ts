import { gradientFlow, lagExperiment } from "unrolled";
import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./4b-forget-bias.ts";
import { gradientPaths, SEQ } from "./paths.ts";

// By hand: seeds 1–6, each of three networks for each bias.
test("the gate's bias decides what comes back over a hundred steps", async () => {
  await expectClaims(experiment, [1]);
});

test.each([
  ["lstm", "c", 1],
  ["gru", "h", 3],
] as const)("the whole gradient of the %s is what gradientFlow measures", (cell, part, bias) => {
  const { model, loss } = lagExperiment({ cell, gateBias: bias, seed: 7, seq: SEQ });
  const [layer] = gradientFlow(model, loss, { precision: "float64", jacobians: false }).layers;

  const { whole } = gradientPaths(cell, bias, 7);

  for (const [lag, norm] of whole.entries()) {
    expect(norm / layer[part]!.byLag[lag]).toBeCloseTo(1, 9);
  }
});

test("without the path through h, a cell with wide-open gates would keep the gradient as it is", () => {
  const { direct } = gradientPaths("lstm", 30, 1);
  for (const norm of direct) expect(norm / direct[0]).toBeCloseTo(1, 9);
});
