import { expect, test } from "vitest";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./4f-attention.ts";

// By hand: seeds 1–8, on the wasm engine.
test("attention peaks on the cue and sums to one, in the classifier and in the decoder", async () => {
  const [{ plots }] = await expectClaims(experiment, [1, 2]);

  const [pooling, decoder] = plots;
  if (pooling.kind !== "heat-map" || decoder.kind !== "heat-map") throw new Error("no weights");
  const sum = (weights: readonly number[]) => weights.reduce((a, b) => a + b);
  for (const row of [...pooling.values, ...decoder.values]) expect(sum(row)).toBeCloseTo(1, 5);
  const [first] = decoder.values;
  expect(first.indexOf(Math.max(...first))).toBe(5); // the last digit is written first
});

test("without attention there are no weights to claim anything about", async () => {
  const { plots, claims } = await runExperiment(experiment, {
    readout: "last states",
    layers: 1,
    dropout: 0,
  });
  expect(plots.filter(({ kind }) => kind === "heat-map").length).toBe(1);
  expect(claims.map(({ says }) => says)).not.toContain("the weights of each sequence add up to 1");
});
