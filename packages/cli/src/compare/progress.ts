/**
 * @file How far a comparison is: one line that is written over on a terminal, a plain line now and
 * then elsewhere, and a line that stays for every model that is done.
 */

import type { CellName, ComparisonEvent, TrialResult } from "unrolled";
import { CELL_LOOKS } from "../terminal/cells.ts";
import {
  formatClock,
  formatCount,
  formatDuration,
  formatRate,
  plural,
} from "../terminal/numbers.ts";
import { width } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { formatScore } from "./format.ts";

const LIVE_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;
const EVENT_EVERY_MS = 1000;
const BAR_WIDTH = 20;

type ProgressEvent = Extract<ComparisonEvent, { type: "progress" }>;

export class CompareProgress {
  readonly #terminal: Terminal;
  readonly #seeds: number;
  readonly #scoreName: string;
  /** Finished runs of each model (at each lag). */
  readonly #finished = new Map<string, TrialResult[]>();
  #lastLive = -Infinity;
  #lastPlain = performance.now();
  #lastEvent = -Infinity;

  constructor(terminal: Terminal, { seeds, scoreName }: { seeds: number; scoreName: string }) {
    this.#terminal = terminal;
    this.#seeds = seeds;
    this.#scoreName = scoreName;
  }

  handle(event: ComparisonEvent): void {
    const now = performance.now();
    if (event.type !== "progress" || now - this.#lastEvent >= EVENT_EVERY_MS) {
      if (event.type === "progress") this.#lastEvent = now;
      this.#terminal.event({ ...event });
    }
    switch (event.type) {
      case "measuring": {
        const { cell, hiddenSize } = event.model;
        this.#terminal.live(
          `measuring the speed of the ${nameOf(cell)} with ${hiddenSize} features …`,
        );
        break;
      }
      case "plan": {
        const { trials, steps, seconds } = event;
        this.#terminal.note(
          `${plural(trials, "training")} of ${plural(steps, "step")}, about ${formatDuration(seconds!)}; --steps ${steps} repeats the scores exactly.`,
        );
        break;
      }
      case "progress":
        this.#progress(event, now);
        break;
      case "trial":
        this.#trial(event.result);
        break;
    }
  }

  #progress(event: ProgressEvent, now: number): void {
    if (this.#terminal.isLive) {
      if (now - this.#lastLive < LIVE_EVERY_MS) return;
      this.#lastLive = now;
      this.#terminal.live(this.#liveLine(event));
    } else if (now - this.#lastPlain >= PLAIN_EVERY_MS) {
      this.#lastPlain = now;
      this.#terminal.note(factsOf(event).join("  "));
    }
  }

  #liveLine(event: ProgressEvent): string {
    const done = Math.round(event.done * BAR_WIDTH);
    const style = this.#terminal.noteStyle;
    let line = "━".repeat(done) + style("dim", "─".repeat(BAR_WIDTH - done));
    for (const fact of factsOf(event)) {
      if (width(`${line}  ${fact}`) > this.#terminal.columns - 1) break;
      line += `  ${fact}`;
    }
    return line;
  }

  #trial(result: TrialResult): void {
    if (result.purpose === "tuning") return;
    const { cell, hiddenSize, lag } = result;
    const key = `${cell} ${hiddenSize} ${lag}`;
    const runs = [...(this.#finished.get(key) ?? []), result];
    this.#finished.set(key, runs);
    if (runs.length < this.#seeds) return;
    const scores = runs.flatMap(({ score }) => (score === null ? [] : [score]));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const rates = runs.flatMap(({ successRate }) => (successRate === null ? [] : [successRate]));
    const solved = rates.filter((rate) => rate >= 0.9).length;
    const { color } = CELL_LOOKS[cell];
    const parts = [
      `${this.#terminal.noteStyle(color, nameOf(cell).padEnd(8))} hidden ${formatCount(hiddenSize).padStart(4)}`,
      ...(lag === null ? [] : [`lag ${lag}`]),
      `lr ${formatRate(result.lr).padEnd(5)}`,
      `${this.#scoreName} ${formatScore(mean)}`,
      ...(rates.length === 0 ? [] : [`solved in ${solved} of ${runs.length}`]),
    ];
    this.#terminal.note(parts.join("  "));
    this.#lastPlain = performance.now();
  }

  end(): void {
    this.#terminal.live("");
  }
}

const PURPOSES = { tuning: "learning rates", score: "seeds", span: "memory span" } as const;

function factsOf({ spec, step, totalSteps, done, secondsLeft }: ProgressEvent): string[] {
  const { cell, hiddenSize, purpose, seed, lr, lag } = spec;
  return [
    `${Math.floor(100 * done)} %`,
    `${formatClock(secondsLeft)} left`,
    `${PURPOSES[purpose]}: ${nameOf(cell)} ${hiddenSize}`,
    ...(lag === null ? [] : [`lag ${lag}`]),
    ...(purpose === "tuning" ? [] : [`seed ${seed}`]),
    `lr ${formatRate(lr)}`,
    `step ${formatCount(step)}/${formatCount(totalSteps)}`,
  ];
}

function nameOf(cell: CellName): string {
  return CELL_LOOKS[cell].name;
}
