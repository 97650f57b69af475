import { expect, test } from "vitest";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment, type BpttDetails } from "./2b-bptt.ts";

test("formulas, backward() and finite differences agree, for every length and both losses", async () => {
  for (const T of [2, 3, 7, 12]) {
    for (const loss of ["the last step", "every step"]) {
      await expectClaims(experiment, [1, 2, 3, 4, 5], { T, loss });
    }
  }
});

test("with a loss at the last step, δ there is v·(o − y), and the first step has no share in W_hh", async () => {
  const { details } = await runExperiment(experiment, { T: 5, seed: 3 });
  const { deltas, shares, sums, losses } = details as BpttDetails;

  expect(deltas.length).toBe(5);
  expect(losses.slice(0, 4)).toEqual([0, 0, 0, 0]);
  expect(shares[0]).toBe(0); // h₀ = 0
  for (const share of shares.slice(1)) expect(share).toBeGreaterThan(0);
  expect(sums[4]).toBe(shares[4]);
  expect(sums[0]).toBeCloseTo(sums[1], 15);
});

test("a loss at every step adds to δ on its way, and leaves that of the last step as it is", async () => {
  const deltasWith = async (loss: string) => {
    const { details } = await runExperiment(experiment, { loss });
    return (details as BpttDetails).deltas;
  };
  const last = await deltasWith("the last step");
  const every = await deltasWith("every step");
  expect(every.at(-1)).toEqual(last.at(-1));
  expect(every[0]).not.toEqual(last[0]);
});
