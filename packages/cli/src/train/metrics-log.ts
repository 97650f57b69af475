/**
 * @file The lines of `metrics.jsonl`: how the run was set up, step events about once a second, every
 * validation, and what came out.
 */

import {
  getNumThreads,
  type Budget,
  type EngineName,
  type FitEvent,
  type FitResult,
} from "unrolled";
import type { MetricsLine } from "../files/model-directory.ts";
import type { Source } from "../files/read-bytes.ts";
import { machine } from "../report/describe.ts";
import { version } from "../version.ts";

const STEP_EVERY_MS = 1000;

export class MetricsLog {
  readonly lines: MetricsLine[];
  /** Of the last step: the mean over the run so far. */
  itemsPerSecond = 0;
  #lastStepAt = -Infinity;

  constructor(lines: readonly MetricsLine[]) {
    this.lines = [...lines];
  }

  add(event: FitEvent): void {
    switch (event.type) {
      case "plan":
        this.#forgetAfter(event.startStep);
        break;
      case "step": {
        this.itemsPerSecond = event.itemsPerSecond;
        const now = performance.now();
        if (now - this.#lastStepAt < STEP_EVERY_MS) return;
        this.#lastStepAt = now;
        break;
      }
      case "validation":
        break;
      case "checkpoint":
        return;
    }
    this.lines.push(event);
  }

  /** A resumed run takes anew the steps that were taken after its checkpoint. */
  #forgetAfter(step: number): void {
    const kept = this.lines.filter((line) => typeof line.step !== "number" || line.step <= step);
    this.lines.splice(0, this.lines.length, ...kept);
  }
}

export interface StartFacts {
  task: string;
  config: object;
  budget: Budget;
  patience: number | null;
  engine: EngineName;
  /** Nothing where the data comes from no file. */
  source: Source | null;
}

/** How the run is set up, which command began it and where; `facts` are the task's own. */
export function startLine(
  { task, config, budget, patience, engine, source }: StartFacts,
  facts: Record<string, unknown>,
): MetricsLine {
  return {
    type: "start",
    task,
    config,
    budget,
    patience,
    engine,
    source,
    ...facts,
    command: process.argv.slice(2),
    date: new Date().toISOString(),
    machine: machine(),
    threads: getNumThreads(),
    node: process.versions.node,
    version,
  };
}

/** What came out; `facts` are the task's own. The history is in the lines before. */
export function endLine(
  { history: _history, ...fit }: FitResult,
  facts: Record<string, unknown>,
): MetricsLine {
  return { type: "end", ...fit, ...facts };
}
