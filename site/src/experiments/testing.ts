/** @file What every experiment's test checks: each claim, over several seeds. */

import { expect } from "vitest";
import { holds, type Experiment, type Findings, type Knobs, type Settings } from "./experiment.ts";
import { runExperiment, settingsFor } from "./run-experiment.ts";

/** Runs the experiment once per seed, expects every claim to hold, and returns all findings. */
export async function expectClaims<K extends Knobs>(
  experiment: Experiment<K>,
  seeds: readonly number[],
  settings: Readonly<Record<string, number | string>> = {},
): Promise<Findings[]> {
  const all: Findings[] = [];
  for (const seed of seeds) {
    const findings = await runExperiment(experiment, { ...settings, seed });
    expect(findings.claims.length, "claims made").toBeGreaterThan(0);
    const broken = findings.claims.filter((claim) => !holds(claim));
    expect(broken, `claims of ${experiment.id} that failed with seed ${seed}`).toEqual([]);
    all.push(findings);
  }
  return all;
}

/** Runs the experiment to its end, as the page does, and goes on answering its live knobs. */
export async function runLive<K extends Knobs>(
  experiment: Experiment<K>,
  given: Readonly<Record<string, number | string>> = {},
): Promise<{ findings: Findings; answer: (live: Partial<Settings<K>>) => Findings }> {
  const settings = settingsFor(experiment, given);
  let respond: ((settings: Settings<K>) => Findings) | undefined;
  let findings: Findings | undefined;
  const lab = {
    answer(given: (settings: Settings<K>) => Findings) {
      respond = given;
    },
  };
  for await (findings of experiment.run(settings, lab));
  if (!findings || !respond) throw new Error(`${experiment.id} answers no live knob.`);
  const answer = respond;
  return { findings, answer: (live) => answer({ ...settings, ...live }) };
}
