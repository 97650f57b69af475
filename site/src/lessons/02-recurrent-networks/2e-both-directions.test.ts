import { expect, test } from "vitest";
import type { BarPlot } from "../../experiments/plot.ts";
import { expectClaims, runLive } from "../../experiments/testing.ts";
import { experiment } from "./2e-both-directions.ts";

test("forward is a guess, both ways is right, with each cell", async () => {
  await expectClaims(experiment, [1]); // by hand: 1–20 with each cell
  await expectClaims(experiment, [3], { cell: "gru" });
  await expectClaims(experiment, [4], { cell: "lstm" });
});

test("the answer follows the verb where it can be seen; what cannot be read is answered with why", async () => {
  const { answer } = await runLive(experiment);
  const nouns = (sentence: string, direction: string) => {
    return (answer({ sentence, direction }).plots.at(-1) as BarPlot).bars;
  };
  const likeliest = (bars: BarPlot["bars"]) => bars.toSorted((a, b) => b.value - a.value)[0].name;

  const [barked, mooed] = ["my old ___ barked again", "my old ___ mooed again"];
  expect(likeliest(nouns(barked, "both"))).toBe("dog");
  expect(likeliest(nouns(mooed, "both"))).toBe("cow");
  expect(nouns(barked, "forward")).toEqual(nouns(mooed, "forward"));

  expect(answer({ sentence: "the ___ sang loudly" }).summary).toContain("does not know sang");
  expect(answer({ sentence: "the ___ ___ barked" }).summary).toContain("exactly one gap");
});
