import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { experiment } from "./3f-length-sweep.ts";

// Up to T = 50, seeds 1–5 were run by hand.
test("the RNN is the first that no longer learns; GRU and LSTM do", async () => {
  const [{ tables }] = await expectClaims(experiment, [1], { ...experiment.small });

  const [ten] = tables[0].rows;
  expect(ten[1]).toMatch(/^1 of 1, after \d+ steps$/);
});

test("too few steps teach nobody, and then nothing is claimed", async () => {
  const { tables, claims } = await runExperiment(experiment, {
    longest: "10",
    steps: 100,
    seeds: 1,
  });

  expect(tables[0].rows).toEqual([[10, "0 of 1", "0 of 1", "0 of 1"]]);
  expect(claims).toEqual([]);
});
