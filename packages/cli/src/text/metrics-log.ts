/**
 * @file The lines of `metrics.jsonl`: step events about once a second, everything else as it comes.
 */

import type { FitEvent } from "unrolled";
import type { MetricsLine } from "../files/model-directory.ts";

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
