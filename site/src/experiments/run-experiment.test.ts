import { expect, test } from "vitest";
import { EXPERIMENT_IDS, loadExperiment, settingsFor } from "./index.ts";

test("every experiment is found under its own name, and predicts with one right answer", async () => {
  for (const id of EXPERIMENT_IDS) {
    const experiment = await loadExperiment(id.toLowerCase());
    expect(experiment.id).toBe(id);
    expect(experiment.prediction.answers.filter(({ isRight }) => isRight).length).toBe(1);
    expect(settingsFor(experiment, { ...experiment.small }).seed).toBe(1);
  }
});

test("an unknown experiment, knob or value is refused by name, with what there is", async () => {
  await expect(loadExperiment("9Z")).rejects.toThrow(/no experiment "9Z".*4A/);

  const experiment = await loadExperiment("4A");
  expect(() => settingsFor(experiment, { z1: 1 })).toThrow(/4A has no knob "z1".*seed, c1/);
  expect(() => settingsFor(experiment, { f1: 2 })).toThrow(/f1 must be a number from 0 to 1/);
  expect(() => settingsFor(experiment, { f1: "" })).toThrow(/f1 must be a number/);
});
