import { test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./1b-order.ts";

test("a bag of words is right half of the time, whatever it learns; each reader knows", async () => {
  await expectClaims(experiment, [1, 2, 3]);
  for (const cell of ["lstm", "gru"]) await expectClaims(experiment, [1], { cell });
});
