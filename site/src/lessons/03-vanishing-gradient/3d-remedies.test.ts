import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { experiment } from "./3d-remedies.ts";

// Seeds 1–6 were run by hand with GRU, 1–5 with LSTM.
test("gates learn what a plain RNN does not, with clipping or without", async () => {
  await expectClaims(experiment, [1]);
});

test.each(["Xavier", "orthogonal", "ReLU, He", "ReLU, identity", "layer norm", "residual", "LSTM"])(
  "%s is trained, and nothing is claimed of so few steps",
  async (remedy) => {
    const { claims, tables } = await runExperiment(experiment, { remedy, length: 10, steps: 100 });

    expect(claims).toEqual([]);
    const errors = tables[0].rows.map(([, , , error]) => Number(error));
    expect(errors.length).toBe(3);
    for (const error of errors) expect(error).toBeLessThan(1);
  },
);
