import { expect, test } from "vitest";
import { expectClaims, runLive } from "../../experiments/testing.ts";
import { experiment } from "./2d-four-variants.ts";

const [toName, toJudgement, toTags, toDigits] = experiment.knobs.variant.options;

test("numbers are reversed, and running free is below forced while that is learned", async () => {
  await expectClaims(experiment, [1], { variant: toDigits }); // by hand: 1–10, and ratios 0.5 and 0
});

test.each([toName, toJudgement, toTags])("%s, better than chance by far", async (variant) => {
  await expectClaims(experiment, [2], { variant }); // by hand: 1–10
});

test("the order of the words decides what is said of the film", async () => {
  const { answer } = await runLive(experiment, { variant: toJudgement });
  const judge = (input: string) => answer({ input }).summary;

  expect(judge("the plot is weak but the film is not dull")).toMatch(/: praise\.$/);
  expect(judge("the plot is not weak but the film is dull")).toMatch(/: blame\.$/);
  expect(judge("the film is purple")).toContain("It does not know purple");
});

test("every word gets a tag, and every kind its names; what they do not know is named", async () => {
  const tagger = await runLive(experiment, { variant: toTags });
  const tagged = tagger.answer({ input: "the light box fades" }).tables[0];
  expect(tagged.rows.map((row) => row[2])).toEqual(["DET", "ADJ", "NOUN", "VERB"]);
  expect(tagger.answer({ input: "the zebra fades" }).summary).toContain("does not know zebra");

  const namer = await runLive(experiment, { variant: toName });
  expect(namer.answer({ input: "dwarf" }).tables[0].rows.map(([kind]) => kind)).toEqual(["dwarf"]);
  expect(namer.answer({ input: "wombat" }).summary).toContain("It knows no “wombat”; ask for elf");
});
