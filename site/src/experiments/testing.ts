/** @file What every experiment's test checks: each claim, over several seeds. */

import { expect } from "vitest";
import { holds, type Experiment, type Findings, type Knobs } from "./experiment.ts";
import { runExperiment } from "./run-experiment.ts";

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
