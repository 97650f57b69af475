import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { experiment } from "./1d-position.ts";

test("the feedforward network knows three positions, a gated one also the next", async () => {
  await expectClaims(experiment, [1, 2]);
  await expectClaims(experiment, [1], { cell: "lstm" });
  await expectClaims(experiment, [1], { cell: "rnn" });
});

test("both know every position that they were taught", async () => {
  const { tables } = await runExperiment(experiment, { trained: 10 });

  const shares = tables[0].rows.flatMap(([, , ...row]) => row.map(Number));
  expect(Math.min(...shares)).toBeGreaterThan(0.9);
});
