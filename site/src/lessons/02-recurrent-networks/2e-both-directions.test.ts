import { expect, test } from "vitest";
import type { BarPlot } from "../../experiments/plot.ts";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./2e-both-directions.ts";

test("forward is a guess, both ways is right, with each cell", async () => {
  await expectClaims(experiment, [1, 2]); // by hand: 1–20 with each cell
  await expectClaims(experiment, [3], { cell: "gru" });
  await expectClaims(experiment, [4], { cell: "lstm" });
});

test("the answer follows the verb where it can be seen, and not where it cannot", async () => {
  const nouns = async (settings: Record<string, string>) => {
    const { plots } = await runExperiment(experiment, settings);
    return (plots.at(-1) as BarPlot).bars;
  };
  const likeliest = (bars: BarPlot["bars"]) => bars.toSorted((a, b) => b.value - a.value)[0].name;

  const [barked, mooed] = ["my old ___ barked again", "my old ___ mooed again"];
  expect(likeliest(await nouns({ sentence: barked }))).toBe("dog");
  expect(likeliest(await nouns({ sentence: mooed }))).toBe("cow");
  const forward = { direction: "forward" };
  expect(await nouns({ sentence: barked, ...forward })).toEqual(
    await nouns({ sentence: mooed, ...forward }),
  );
});

test("a sentence that cannot be read is answered with the reason", async () => {
  const said = async (sentence: string) => (await runExperiment(experiment, { sentence })).summary;
  expect(await said("the ___ sang loudly")).toContain("does not know sang");
  expect(await said("the ___ ___ barked")).toContain("exactly one gap");
});
