import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { experiment } from "./4a-one-step.ts";

test("the walk-through of the chapter comes out, whatever the seed", async () => {
  await expectClaims(experiment, [1, 2]);
});

test("a closed output gate hides the state and leaves it as it is", async () => {
  const { details, claims } = await runExperiment(experiment, { o1: 0 });

  const { c, h } = details as { c: number[]; h: number[] };
  expect(c[0]).toBeCloseTo(0.53, 6);
  expect(h[0]).toBe(0);
  expect(claims).toEqual([]);
});
