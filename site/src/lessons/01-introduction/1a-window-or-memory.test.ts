import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./1a-window-or-memory.ts";

test("windows short of the animal guess, longer ones and the RNN know", async () => {
  const [findings] = await expectClaims(experiment, [1, 2, 3]);

  expect(findings.claims.map(({ observed }) => observed)).toEqual([0.5, 0.5, 0.5, 1, 1, 1]);
});

test("an LSTM and a GRU know as well", async () => {
  for (const cell of ["lstm", "gru"]) await expectClaims(experiment, [1], { k: 1, cell });
});
