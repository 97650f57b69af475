/**
 * @file Trials waiting for their turn, and how much of the work is done.
 */

import type { ComparisonEvent, TrialWorkers } from "./compare.ts";
import type { TrialResult, TrialSpec } from "./trial.ts";

type ProgressEvent = Extract<ComparisonEvent, { type: "progress" | "trial" }>;

export class Workload {
  readonly #count: number;
  readonly #run: TrialWorkers["run"];
  readonly #signal: AbortSignal | undefined;
  readonly #onEvent: (event: ProgressEvent) => void;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** In seconds that one training alone would take: all that is expected, done, and begun. */
  #expected = 0;
  #finished = 0;
  readonly #begun = new Map<TrialSpec, number>();
  #added = 0;
  #startedAt: number | null = null;
  /** How much longer a training takes while all workers are busy. */
  #crowding = 1;

  constructor(
    count: number,
    run: TrialWorkers["run"],
    signal: AbortSignal | undefined,
    onEvent: (event: ProgressEvent) => void,
  ) {
    this.#count = count;
    this.#run = run;
    this.#signal = signal;
    this.#onEvent = onEvent;
  }

  /** What a second of work costs in time, with as many workers as there are. */
  get secondsPerSecond(): number {
    return this.#crowding / this.#count;
  }

  /** So many seconds of work are going to come. */
  expect(seconds: number): void {
    this.#expected += seconds;
  }

  /**
   * All workers at once take the same trial, which alone takes `seconds`: cores share memory and
   * clock, so side by side they may be slower. The first time is for their start.
   */
  async measureCrowding(spec: TrialSpec, seconds: number): Promise<void> {
    const together = async () => {
      const started = performance.now();
      const options = { signal: this.#signal };
      await Promise.all(Array.from({ length: this.#count }, () => this.#run(spec, options)));
      return (performance.now() - started) / 1000;
    };
    await together();
    this.#crowding = Math.max(1, (await together()) / seconds);
  }

  /** Runs a trial when its turn comes; null if the signal came first. */
  async run(spec: TrialSpec, seconds: number): Promise<TrialResult | null> {
    this.#added += seconds;
    while (this.#running >= this.#count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#signal?.aborted) {
      this.#waiting.shift()?.();
      return null;
    }
    this.#running++;
    this.#startedAt ??= performance.now();
    try {
      const result = await this.#run(spec, {
        signal: this.#signal,
        onProgress: (progress) => {
          this.#begun.set(spec, (seconds * progress.step) / progress.totalSteps);
          this.#onEvent({ type: "progress", spec, ...progress, ...this.#state() });
        },
      });
      this.#begun.delete(spec);
      this.#finished += seconds;
      if (result) this.#onEvent({ type: "trial", result, ...this.#state() });
      return result;
    } finally {
      this.#begun.delete(spec);
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  #state(): { done: number; secondsLeft: number } {
    const total = Math.max(this.#expected, this.#added);
    const begun = [...this.#begun.values()].reduce((sum, seconds) => sum + seconds, 0);
    const done = total > 0 ? Math.min(1, (this.#finished + begun) / total) : 0;
    const elapsed = (performance.now() - this.#startedAt!) / 1000;
    return { done, secondsLeft: done > 0 ? (elapsed / done) * (1 - done) : Infinity };
  }
}
