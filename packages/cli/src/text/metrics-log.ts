/**
 * @file The lines of `metrics.jsonl`: how the run was set up, step events about once a second, every
 * validation, and what came out.
 */

import type { FitEvent } from "unrolled";
import type { TextData, TextResult } from "unrolled/tasks/text";
import type { MetricsLine } from "../files/model-directory.ts";
import type { TextSource } from "../files/read-texts.ts";
import type { RunSettings } from "./run-settings.ts";
import type { Baseline } from "./scores.ts";

const STEP_EVERY_MS = 1000;

export class MetricsLog {
  readonly lines: MetricsLine[];
  /** Of the last step: the mean over the run so far. */
  tokensPerSecond = 0;
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
        this.tokensPerSecond = event.itemsPerSecond;
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

/** How the run is set up. A text that comes from no file has no source. */
export function startLine(
  settings: Omit<RunSettings, "formatVersion" | "source"> & {
    source: Omit<TextSource, "text"> | null;
  },
  data: TextData,
  baselines: readonly Baseline[],
): MetricsLine {
  const { config, budget, patience, engine, source } = settings;
  return {
    type: "start",
    task: "text",
    config,
    budget,
    patience,
    engine,
    source,
    vocabSize: data.tokenizer.vocabSize,
    trainTokens: data.trainIds.length,
    validationTokens: data.validationIds.length,
    baselines,
  };
}

/** What came out. The history is in the lines before. */
export function endLine(
  { fit: { history: _history, ...fit }, evaluation, model }: TextResult,
  tokensPerSecond: number,
  sample: string,
): MetricsLine {
  const parameters = model.numParameters();
  return { type: "end", ...fit, evaluation, parameters, tokensPerSecond, sample };
}
