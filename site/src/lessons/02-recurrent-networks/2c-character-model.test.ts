import { expect, test } from "vitest";
import type { Findings } from "../../experiments/experiment.ts";
import { expectClaims, runLive } from "../../experiments/testing.ts";
import { experiment, type CharacterDetails } from "./2c-character-model.ts";

test("from ln V to below unigram and bigram, on text that it has not seen", async () => {
  await expectClaims(experiment, [1]); // by hand: 1–8, and 1–3 with LSTM and GRU
});

test("typing shows each character's states and surprise; temperature 0 repeats itself", async () => {
  const { findings, answer } = await runLive(experiment, { h: 16, steps: 100 });
  expect(findings.claims).toEqual([]); // too few steps for any
  const detailsOf = (findings: Findings) => findings.details as CharacterDetails;

  const typed = detailsOf(answer({ text: "The king ate 7 hats." }));
  expect(typed.text).toBe("The king ate  hats."); // no digits in its alphabet
  expect(typed.surprise.length).toBe(typed.text.length);
  for (const row of typed.states) expect(row.length).toBe(typed.text.length);

  // After a line break only O and T begin a sentence: a Q is a surprise.
  const [usual, odd] = ["T", "q"].map((text) => detailsOf(answer({ text })).surprise[0]);
  expect(usual).toBeLessThan(2);
  expect(odd).toBeGreaterThan(usual + 1);

  expect(detailsOf(answer({ text: "" })).surprise).toEqual([]);
  expect(detailsOf(answer({ temperature: 0 })).sample).toBe(
    detailsOf(answer({ temperature: 0 })).sample,
  );
});
