import { expect, test } from "vitest";
import { runExperiment } from "../../experiments/run-experiment.ts";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./2d-four-variants.ts";

const [toName, toJudgement, toTags, toDigits] = experiment.knobs.variant.options;

test("numbers are reversed, and running free is below forced while that is learned", async () => {
  await expectClaims(experiment, [1], { variant: toDigits }); // by hand: 1–10, and ratios 0.5 and 0
});

test.each([toName, toJudgement, toTags])("%s, better than chance by far", async (variant) => {
  await expectClaims(experiment, [1, 2], { variant }); // by hand: 1–10
});

test("the order of the words decides what is said of the film", async () => {
  const judge = async (input: string) =>
    (await runExperiment(experiment, { variant: toJudgement, input })).summary;
  expect(await judge("the plot is weak but the film is not dull")).toMatch(/: praise\.$/);
  expect(await judge("the plot is not weak but the film is dull")).toMatch(/: blame\.$/);
});

test.each([
  [toName, "wombat", "It knows no “wombat”; ask for elf"],
  [toJudgement, "the film is purple", "It does not know purple"],
  [toTags, "the zebra fades", "It does not know zebra"],
])("%s answers “%s” with what it knows", async (variant, input, words) => {
  expect((await runExperiment(experiment, { variant, input })).summary).toContain(words);
});
