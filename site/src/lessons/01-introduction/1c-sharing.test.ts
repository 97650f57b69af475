import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./1c-sharing.ts";

test("the layers have the parameters that the chapter counts, for every length", async () => {
  for (const T of [1, 5, 100, 200]) await expectClaims(experiment, [1], { T });
});

test("the table has a row for the length asked for", async () => {
  const [{ tables, summary }] = await expectClaims(experiment, [1], { T: 7 });

  expect(tables[0].rows).toContainEqual([7, "3,616", "1,568"]);
  expect(summary).toContain("3,616");
});
