/**
 * @file Runs an experiment to its end, after a look at the settings: for the terminal and the tests.
 */

import { ArgumentError } from "unrolled";
import type { Experiment, Findings, Knob, Knobs, Settings } from "./experiment.ts";

/** Every knob's default, with those that `given` replaces; refuses what no knob can take. */
export function settingsFor<K extends Knobs>(
  experiment: Pick<Experiment<K>, "id" | "knobs">,
  given: Readonly<Record<string, number | string>> = {},
): Settings<K> {
  const settings: Record<string, number | string> = { seed: 1 };
  for (const [name, knob] of Object.entries(experiment.knobs)) settings[name] = knob.default;

  for (const [name, value] of Object.entries(given)) {
    const knob: Knob | undefined = name === "seed" ? SEED : experiment.knobs[name];
    if (!knob) {
      const names = ["seed", ...Object.keys(experiment.knobs)].join(", ");
      throw new ArgumentError(
        `Experiment ${experiment.id} has no knob "${name}". Its knobs: ${names}.`,
      );
    }
    settings[name] = checked(experiment.id, name, knob, value);
  }
  return settings as Settings<K>;
}

const SEED: Knob = { kind: "number", label: "seed", min: 0, max: 2 ** 31, step: 1, default: 1 };

function checked(id: string, name: string, knob: Knob, value: number | string): number | string {
  switch (knob.kind) {
    case "number": {
      const number = Number(value);
      if (value !== "" && number >= knob.min && number <= knob.max) return number;
      throw new ArgumentError(
        `Experiment ${id}: ${name} must be a number from ${knob.min} to ${knob.max}, ` +
          `got "${value}".`,
      );
    }
    case "choice":
      if (knob.options.includes(String(value))) return String(value);
      throw new ArgumentError(
        `Experiment ${id}: ${name} must be one of ${knob.options.join(", ")}, got "${value}".`,
      );
    case "text":
      if (String(value).length <= knob.maxLength) return String(value);
      throw new ArgumentError(
        `Experiment ${id}: ${name} has room for ${knob.maxLength} characters, ` +
          `got ${String(value).length}.`,
      );
  }
}

export interface RunOptions {
  onProgress?: (findings: Findings) => void;
}

/** The last findings of a run: those that its claims are about. */
export async function runExperiment<K extends Knobs>(
  experiment: Experiment<K>,
  given: Readonly<Record<string, number | string>> = {},
  { onProgress }: RunOptions = {},
): Promise<Findings> {
  let last: Findings | undefined;
  for await (const findings of experiment.run(settingsFor(experiment, given), { answer() {} })) {
    last = findings;
    onProgress?.(findings);
  }
  if (last?.progress === 1) return last;
  throw new Error(`Experiment ${experiment.id} ended at progress ${last?.progress ?? "nothing"}.`);
}
