import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { runExperiment, settingsFor } from "../../experiments/run-experiment.ts";
import type { Findings } from "../../experiments/experiment.ts";
import { experiment } from "./4e-two-conventions.ts";

// By hand: seeds 1–8 with either teacher; with the first also 4 units.
test("negating z's rows translates one convention; no training translates the other", async () => {
  await expectClaims(experiment, [1, 2, 3]);
  await expectClaims(experiment, [1], { teacher: "after the product" });
});

test("for a single unit the two placements of the reset gate are the same network", async () => {
  const [{ claims }] = await expectClaims(experiment, [1], { hidden: 1 });
  expect(claims.at(-1)!.says).toContain("one unit");
});

test("the table follows z without training anew", async () => {
  const settings = settingsFor(experiment, { hidden: 1 });
  let respond = (_moved: typeof settings): Findings => {
    throw new Error("nothing answers yet");
  };
  const run = experiment.run(settings, { answer: (given) => (respond = given) });
  while (!(await run.next()).done);

  const [table] = respond({ ...settings, z: 1 }).tables;
  expect(table.rows.map((row) => row[2])).toEqual(["0.800", "-0.500", "0.800"]);
  const { tables } = await runExperiment(experiment, { hidden: 1, z: 0.25 });
  expect(tables[0].rows.map((row) => row[2])).toEqual(["-0.175", "0.475", "-0.175"]);
});
