import { expect, test } from "vitest";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment, type CellDetails } from "./2a-the-cell.ts";

const statesOf = async (settings: Record<string, number | string>) => {
  const { details } = await runExperiment(experiment, settings);
  return (details as CellDetails).steps.map(({ h }) => h);
};

test("h₁ is tanh(W·x₁ + b) to the last bit but one, and the layer agrees with the loop", async () => {
  await expectClaims(experiment, [1], { words: "the cat sat on the mat" });
  await expectClaims(experiment, [1], { w11: -3, u12: 2.7, b2: -1.3 });
});

test("the chapter's trace of “The cat sat” comes out", async () => {
  const [h1, h2, h3] = await statesOf({});
  const expected = [
    [0.537, 0.664],
    [0.119, 0.284],
    [0.401, 0.786],
  ];
  [h1, h2, h3].forEach((h, t) => {
    expect(h[0]).toBeCloseTo(expected[t][0], 3);
    expect(h[1]).toBeCloseTo(expected[t][1], 3);
  });
});

test("without U the state after “sat” is that of “sat” alone; with it, words before count", async () => {
  const noWayBack = { u11: 0, u12: 0, u21: 0, u22: 0 };
  const last = async (words: string, settings = {}) =>
    (await statesOf({ words, ...settings })).at(-1);

  expect(await last("the cat sat", noWayBack)).toEqual(await last("sat", noWayBack));
  expect(await last("the cat sat")).not.toEqual(await last("the dog sat"));
});

test("words that it does not know are named and left out, and an empty sentence has no steps", async () => {
  const { summary, details } = await runExperiment(experiment, { words: "The zebra sat" });
  expect(summary).toContain("left out: zebra");
  expect((details as CellDetails).steps.map(({ word }) => word)).toEqual(["the", "sat"]);

  const empty = await runExperiment(experiment, { words: "" });
  expect(empty.summary).toContain("nothing to read");
  expect(empty.claims).toEqual([]);
});
