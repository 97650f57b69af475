import { expect, test } from "vitest";
import type { Findings } from "../../experiments/experiment.ts";
import { settingsFor } from "../../experiments/run-experiment.ts";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./4c-interpretable-cells.ts";
import { ALPHABET, encode, featuresOf } from "./marked-text.ts";

// By hand: seeds 1–8 on the wasm engine. |r| was 0.51–0.92, the closing mark's probability
// 0.53–0.61, and the share of it that was left without the cell 0.03–0.41.
test("a cell goes along with open quotations, and the closing mark needs it", async () => {
  await expectClaims(experiment, [1, 2]);
});

test("what is typed and which cell is looked at change without training anew", async () => {
  const settings = settingsFor(experiment, { seed: 3 });
  let respond = (_moved: typeof settings): Findings => {
    throw new Error("nothing answers yet");
  };
  const run = experiment.run(settings, { answer: (given) => (respond = given) });
  while (!(await run.next()).done);

  const moved = respond({ ...settings, text: 'a "sea', rank: 24, feature: "inside brackets" });
  const [contents, gates] = moved.plots;
  if (contents.kind !== "heat-map" || gates.kind !== "heat-map") throw new Error("no heat maps");
  expect(contents.columns).toEqual(["a", "␣", '"', "s", "e", "a"]);
  expect(gates.values.flat().every((gate) => gate > 0 && gate < 1)).toBe(true);
  expect(moved.claims).toEqual([]);
  expect(respond({ ...settings, text: "" }).plots.length).toBe(4);
});

test("marks open and close; what is not in the alphabet reads as a space", () => {
  const { inQuotes, inBrackets } = featuresOf('a "b" (c)');
  expect(inQuotes.map(Number).join("")).toBe("001100000");
  expect(inBrackets.map(Number).join("")).toBe("000000110");
  expect([...encode("A!")].map((id) => ALPHABET[id]).join("")).toBe("a ");
});
