import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  decodeResult,
  EXPERIMENT_IDS,
  holds,
  loadExperiment,
  runExperiment,
  settingsFor,
} from "./index.ts";

const fileOf = (id: string) => fileURLToPath(new URL(`../results/${id}.json`, import.meta.url));
const stored = EXPERIMENT_IDS.filter((id) => existsSync(fileOf(id)));
/** They take a second or two each. */
const QUICK = ["1B", "2E"];

test.each(stored)("the stored result of %s is of its defaults, and its claims hold", async (id) => {
  const { settings, findings } = decodeResult(readFileSync(fileOf(id), "utf8"));
  expect(settings, `npm run site:results -- ${id}`).toEqual(settingsFor(await loadExperiment(id)));
  expect(findings.progress).toBe(1);
  expect(findings.claims.filter((claim) => !holds(claim))).toEqual([]);
});

test.each(QUICK)("the stored result of %s comes out again", async (id) => {
  const { findings } = decodeResult(readFileSync(fileOf(id), "utf8"));
  const again = await runExperiment(await loadExperiment(id));
  expect(again.claims.map(({ says }) => says)).toEqual(findings.claims.map(({ says }) => says));
  // Engines round differently, and training carries that on.
  again.claims.forEach(({ observed }, at) => {
    expect(observed).toBeCloseTo(findings.claims[at].observed, 1);
  });
});
