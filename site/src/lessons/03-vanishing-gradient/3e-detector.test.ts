import { expect, test } from "vitest";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./3e-detector.ts";

// Seeds 1–12 were run by hand.
test("the detector calls healthy what has lost the far steps", async () => {
  const [{ tables }] = await expectClaims(experiment, [1, 2, 3]);

  expect(tables[0].rows.map(([, , verdict]) => verdict)).toEqual(["healthy", "healthy", "healthy"]);
});
