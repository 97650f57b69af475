/**
 * @file How far a training run is: one line that is written over on a terminal, a plain line now
 * and then elsewhere, and a line that stays for every validation.
 */

import type { FitEvent } from "unrolled";
import {
  formatClock,
  formatCount,
  formatDuration,
  formatLoss,
  formatPerplexity,
  formatRate,
  formatSpeed,
  plural,
} from "./numbers.ts";
import { width } from "./table.ts";
import type { Styler, Terminal } from "./terminal.ts";

type StepEvent = Extract<FitEvent, { type: "step" }>;
type PlanEvent = Extract<FitEvent, { type: "plan" }>;
type ValidationEvent = Extract<FitEvent, { type: "validation" }>;

export interface ProgressOptions {
  /** What is training, already styled, such as `LSTM`. */
  label: string;
  /** What the validation loss has to beat. */
  baseline: { name: string; loss: number } | null;
  /** What `itemsPerSecond` counts. Default: `"tokens"`, for which there is a perplexity, too. */
  items?: string;
  /** What a validation measures. Default: {@link NATS}. */
  measure?: Measure;
  /** Goes along with every event, such as `{ cell: "lstm" }` where several are trained. */
  context?: Readonly<Record<string, unknown>>;
  /** Seconds between plain lines. Default: 10. */
  plainEverySeconds?: number;
  /** Now, in milliseconds. Default: the clock. */
  now?: () => number;
}

/** How the number that a validation gives is shown: always a loss, the less the better. */
export interface Measure {
  /** From the loss to what people know, such as `1 − loss` for the share that is right. */
  value: (loss: number) => number;
  format: (value: number) => string;
  /** What stands behind the number: `nats`, `right`, `BLEU`. */
  unit: string;
}

export const NATS: Measure = { value: (loss) => loss, format: formatLoss, unit: "nats" };

/** Ten a second is as much as an eye can follow. */
const LIVE_EVERY_MS = 100;
/** Machines get a step event about this often. */
const EVENT_EVERY_MS = 1000;
const BAR_WIDTH = 20;

export class Progress {
  readonly #terminal: Terminal;
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  #lastLive = -Infinity;
  #lastPlain: number;
  #lastEvent = -Infinity;
  #totalSteps = 0;

  constructor(terminal: Terminal, options: ProgressOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#lastPlain = this.#now();
  }

  handle(event: FitEvent): void {
    switch (event.type) {
      case "plan":
        this.#plan(event);
        break;
      case "step":
        this.#step(event);
        break;
      case "validation":
        this.#validation(event);
        break;
      case "checkpoint":
        this.#event(event);
        break;
    }
  }

  /** Takes the live line away. */
  end(): void {
    this.#terminal.live("");
  }

  #event(event: FitEvent): void {
    this.#terminal.event({ ...event, ...this.#options.context });
  }

  #plan(event: PlanEvent): void {
    this.#totalSteps = event.totalSteps;
    this.#event(event);
    const { totalSteps, startStep, secondsPerStep } = event;
    const steps = plural(totalSteps, "step");
    if (startStep > 0) {
      this.#terminal.note(
        `${this.#options.label}  goes on after step ${formatCount(startStep)} of ${formatCount(totalSteps)}`,
      );
    } else if (secondsPerStep !== null) {
      this.#terminal.note(
        `${this.#options.label}  ${steps} planned at ${formatDuration(secondsPerStep)} each; --steps ${totalSteps} repeats this run exactly`,
      );
    }
  }

  #step(event: StepEvent): void {
    const now = this.#now();
    this.#totalSteps = event.totalSteps;
    if (now - this.#lastEvent >= EVENT_EVERY_MS) {
      this.#lastEvent = now;
      this.#event(event);
    }
    if (this.#terminal.isLive) {
      if (now - this.#lastLive < LIVE_EVERY_MS) return;
      this.#lastLive = now;
      this.#terminal.live(liveLine(event, this.#options, this.#terminal));
    } else if (now - this.#lastPlain >= (this.#options.plainEverySeconds ?? 10) * 1000) {
      this.#lastPlain = now;
      this.#terminal.note(
        `${this.#options.label}  ${facts(event, this.#options.items).join("  ")}`,
      );
    }
  }

  #validation(event: ValidationEvent): void {
    this.#event(event);
    const { label, baseline, measure = NATS } = this.#options;
    const style = this.#terminal.noteStyle;
    const steps = formatCount(event.step).padStart(formatCount(this.#totalSteps).length);
    const { value, format, unit } = measure;
    const loss = style("bold", format(value(event.loss)));
    const better = value(0) < value(1) ? "↓" : "↑";
    const worse = better === "↓" ? "↑" : "↓";
    const parts = [
      `${label}  step ${steps}`,
      formatClock(event.seconds).padStart(5),
      `held-out ${loss} ${unit} ${event.isBest ? better : worse}`,
    ];
    if (baseline) parts.push(compare(event.loss, baseline, measure, style));
    this.#terminal.note(parts.join("  "));
    this.#lastPlain = this.#now();
  }
}

function compare(
  loss: number,
  baseline: { name: string; loss: number },
  { value, format }: Measure,
  style: Styler,
): string {
  const gap = value(loss) - value(baseline.loss);
  const text = `${baseline.name} ${format(value(baseline.loss))} (${gap < 0 ? "−" : "+"}${format(Math.abs(gap))})`;
  return loss < baseline.loss ? text : style("dim", text);
}

/** The most important first: a narrow screen shows as many as fit. */
function facts(event: StepEvent, items = "tokens"): string[] {
  return [
    `${formatCount(event.step)}/${formatCount(event.totalSteps)}`,
    `loss ${formatLoss(event.loss)}`,
    `${formatClock(event.secondsLeft)} left`,
    `${formatSpeed(event.itemsPerSecond)} ${items}/s`,
    ...(items === "tokens" ? [`perplexity ${formatPerplexity(Math.exp(event.loss))}`] : []),
    `lr ${formatRate(event.lr)}`,
  ];
}

function liveLine(event: StepEvent, { label, items }: ProgressOptions, terminal: Terminal): string {
  const room = terminal.columns - 1;
  const style = terminal.noteStyle;
  const done = Math.round((event.step / event.totalSteps) * BAR_WIDTH);
  const bar = "━".repeat(done) + style("dim", "─".repeat(BAR_WIDTH - done));
  let line = label;
  const parts = facts(event, items);
  for (const part of [...parts.slice(0, 3), bar, ...parts.slice(3)]) {
    const longer =
      part === bar ? `${label}  ${bar}${line.slice(label.length)}` : `${line}  ${part}`;
    if (width(longer) > room) break;
    line = longer;
  }
  return line;
}
