import { expect, test } from "vitest";
import { settingsFor } from "../../experiments/run-experiment.ts";
import { expectClaims } from "../../experiments/testing.ts";
import type { Findings } from "../../experiments/experiment.ts";
import { experiment } from "./1e-two-banks.ts";

test("the states at “bank” fall into two groups, with every cell", async () => {
  await expectClaims(experiment, [1, 2]);
  for (const cell of ["lstm", "rnn"]) await expectClaims(experiment, [2], { cell });
});

test("after the run it places sentences that are typed, and names the words it does not know", async () => {
  const settings = settingsFor(experiment);
  let respond: ((given: typeof settings) => Findings) | undefined;
  const run = experiment.run(settings, { answer: (answer) => (respond = answer) });
  for (let at = await run.next(); !at.done;) at = await run.next();

  const money = respond!({ ...settings, text: "They borrowed from the bank, sadly" });
  expect(money.summary).toMatch(/nearer to money.*Not in its vocabulary: sadly/);
  expect(money.tables[0].rows.map(([word]) => word)).toEqual([
    "1 they",
    "2 borrowed",
    "3 from",
    "4 the",
    "5 bank",
  ]);
  expect(respond!({ ...settings, text: "" }).tables[0].rows).toEqual([]);
});
