/**
 * @file What `checkpoint/run.json` holds: all that a resumed run must do as the interrupted one did.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FormatError, type Budget, type EngineName } from "unrolled";
import { FailureError, MisuseError } from "../errors.ts";
import {
  CHECKPOINT,
  METRICS,
  parseJson,
  readMetrics,
  RUN,
  type MetricsLine,
} from "../files/model-directory.ts";
import type { Source } from "../files/read-bytes.ts";

export interface RunSettings<Config extends object = object> {
  formatVersion: 1;
  task: string;
  config: Config;
  budget: Budget;
  patience: number | null;
  engine: EngineName;
  /** How the data is read, such as the names of columns: what was typed. */
  reading?: Record<string, unknown>;
  source: Source;
}

export interface InterruptedRun<Config extends object> {
  settings: RunSettings<Config>;
  /** Nothing where the run was stopped before its first checkpoint. */
  checkpoint: Uint8Array | null;
  metrics: MetricsLine[];
}

/** What is needed to go on with the run in `directory`. */
export function readInterruptedRun<Config extends object>(
  directory: string,
  task: string,
): InterruptedRun<Config> {
  const path = join(directory, RUN);
  if (!existsSync(path)) {
    const why = existsSync(join(directory, "config.json"))
      ? "its training has come to its end"
      : "no run was interrupted there";
    throw new FailureError(`There is nothing to resume in ${directory}: ${why}.`);
  }
  const settings = parseJson(readFileSync(path, "utf8"), path) as RunSettings<Config> | null;
  if (settings?.formatVersion !== 1 || settings.task !== task || !settings.source) {
    const was = settings?.task && settings.task !== task ? `, got one of ${settings.task}` : "";
    throw new FormatError(
      `${path}: expected the settings of a ${task} run in format 1${was}. Was it written by another version of Unrolled?`,
    );
  }
  const checkpoint = join(directory, CHECKPOINT);
  return {
    settings,
    checkpoint: existsSync(checkpoint) ? new Uint8Array(readFileSync(checkpoint)) : null,
    metrics: readMetrics(join(directory, "checkpoint", METRICS)),
  };
}

/** A resumed run is the same run: settings may be repeated, and none may be changed. */
export function checkSameSettings(
  { config, budget, patience, engine, reading }: RunSettings,
  typed: Readonly<Record<string, unknown>>,
): void {
  const before: Record<string, unknown> = { ...config, ...budget, patience, engine, ...reading };
  for (const [key, value] of Object.entries(typed)) {
    if (value === undefined || isSame(before[key], value)) continue;
    const was = JSON.stringify(before[key] ?? "not given");
    throw new MisuseError(
      `A resumed run keeps its settings: ${key} was ${was} and cannot become ${JSON.stringify(value)}. Leave the option out, or start anew in another directory.`,
    );
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
