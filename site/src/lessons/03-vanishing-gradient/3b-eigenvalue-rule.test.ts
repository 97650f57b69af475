import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./3b-eigenvalue-rule.ts";

// Seeds 1–10 were run by hand.
test("with tanh the rule holds without noise, and fails the more the network reads", async () => {
  await expectClaims(experiment, [1]);
});

test("without tanh it is exact for a normal W, and off by one factor for another", async () => {
  const [normal] = await expectClaims(experiment, [2], { cell: "linear" });
  const plot = normal.plots[0];
  const off = plot.kind === "heat-map" ? plot.values.flat() : [];
  expect(off.length).toBe(56);
  expect(Math.max(...off.map(Math.abs))).toBeLessThan(1e-9);

  await expectClaims(experiment, [2], { cell: "linear", matrix: "not normal" });
});
