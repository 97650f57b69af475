/**
 * @file What every `unrolled train <task>` has in common, in the order of a run:
 *
 *   openRun(plan, options)      terminal, directory, engine; the interrupted run where one goes on
 *   run.readFrom(source)        whether the data is the same; from here on the run has settings
 *   run.start(facts)            the first line of the metrics; the place for checkpoints
 *   run.train(watching, work)   progress, checkpoints, Ctrl-C, numbers that run away
 *   run.finish(fit, facts, …)   the last line of the metrics; the model directory
 *
 * `tasks/text/train.ts` shows it in use.
 */

import { join } from "node:path";
import { NumericError, type Budget, type FitEvent, type FitResult } from "unrolled";
import { setUpEngine } from "../commands/engine.ts";
import { ExitError, FailureError, INTERRUPTED } from "../errors.ts";
import { checkFree, formatMetrics, METRICS, REPORT, writeModel } from "../files/model-directory.ts";
import type { Source } from "../files/read-bytes.ts";
import { interruptible } from "../terminal/interrupt.ts";
import { commandLine } from "../terminal/invocation.ts";
import { plural } from "../terminal/numbers.ts";
import { Progress, type ProgressOptions } from "../terminal/progress.ts";
import { createTerminal, type Terminal } from "../terminal/terminal.ts";
import { removeCheckpoints, saveCheckpoint, startCheckpoints } from "./checkpoints.ts";
import { endLine, MetricsLog, startLine } from "./metrics-log.ts";
import type { RunOptions } from "./options.ts";
import {
  checkSameSettings,
  readInterruptedRun,
  type InterruptedRun,
  type RunSettings,
} from "./run-settings.ts";

export interface RunPlan<Config extends object> {
  task: string;
  /** What was typed after `unrolled train <task>` to name the data: typed again to resume. */
  inputs: readonly string[];
  /** The directory where nobody names one: `runs/<name>`. */
  name: string;
  /** The configuration where nothing is typed. Options named like its keys change it. */
  defaults: Readonly<Config>;
  /** How long the run takes if nobody says. */
  budget: Budget;
  /** Default: never out of patience. */
  patience?: number;
  /** How the data is read, as typed: names of columns, delimiter, … Default: nothing. */
  reading?: Readonly<Record<string, unknown>>;
}

/** What the frame hands to a task's training, under the names that the library's tasks use. */
export interface TrainControls {
  budget: Budget;
  patience?: number;
  resume?: Uint8Array;
  signal: AbortSignal;
  checkpoint: { everySeconds: number; save: (bytes: Uint8Array) => void };
  onEvent: (event: FitEvent) => void;
}

/**
 * A run that begins or, with `--resume`, goes on.
 *
 * @throws FailureError where the directory is taken, or holds nothing to resume
 * @throws MisuseError where a resumed run would change its settings
 */
export function openRun<Config extends object>(
  plan: RunPlan<Config>,
  options: RunOptions & object,
): TrainingRun<Config> {
  const terminal = createTerminal(options.json ?? false);
  const directory = options.out ?? join("runs", plan.name);
  const typed = typedConfig(plan.defaults, options);
  let interrupted: InterruptedRun<Config> | null = null;
  if (options.resume) {
    interrupted = readInterruptedRun<Config>(directory, plan.task);
    const { steps, epochs, minutes, patience, engine } = options;
    const { reading } = plan;
    const all = { ...typed, steps, epochs, minutes, patience, engine, ...reading };
    checkSameSettings(interrupted.settings, all);
  } else checkFree(directory, options.force ?? false);

  const engine = setUpEngine(interrupted?.settings.engine ?? options.engine);
  const settings: Omit<RunSettings<Config>, "source"> = interrupted?.settings ?? {
    formatVersion: 1,
    task: plan.task,
    config: { ...plan.defaults, ...typed },
    budget: budgetOf(options) ?? plan.budget,
    patience: options.patience ?? plan.patience ?? null,
    engine,
    reading: defined(plan.reading ?? {}),
  };
  const everySeconds = options.checkpointEvery;
  return new TrainingRun(terminal, directory, plan, settings, typed, interrupted, everySeconds);
}

/** What a run does where nobody says, once the data is known. */
export interface UsualSettings<Config extends object> {
  budget?: Budget;
  config?: Partial<Config>;
}

export class TrainingRun<Config extends object> {
  readonly terminal: Terminal;
  readonly directory: string;
  /** How the data is read; a resumed run keeps that too. */
  readonly reading: Readonly<Record<string, unknown>>;
  readonly #plan: RunPlan<Config>;
  readonly #typed: Partial<Config>;
  readonly #interrupted: InterruptedRun<Config> | null;
  readonly #everySeconds: number;
  readonly #draft: Omit<RunSettings<Config>, "source">;
  #settings: RunSettings<Config> | null = null;
  #log: MetricsLog = new MetricsLog([]);

  constructor(
    terminal: Terminal,
    directory: string,
    plan: RunPlan<Config>,
    draft: Omit<RunSettings<Config>, "source">,
    typed: Partial<Config>,
    interrupted: InterruptedRun<Config> | null,
    everySeconds: number,
  ) {
    this.terminal = terminal;
    this.directory = directory;
    this.reading = draft.reading ?? {};
    this.#plan = plan;
    this.#draft = draft;
    this.#typed = typed;
    this.#interrupted = interrupted;
    this.#everySeconds = everySeconds;
  }

  /** All that the run is set up with; known once the data is. */
  get settings(): RunSettings<Config> {
    if (this.#settings === null) throw new Error("TrainingRun: settings before readFrom(source)");
    return this.#settings;
  }

  /**
   * What `train` was told, and from `readFrom` on what suits the data; a resumed run keeps what it
   * began with.
   */
  get config(): Config {
    return (this.#settings ?? this.#draft).config;
  }

  /** How long to train: as typed, or as planned, and from `readFrom` on what suits the data. */
  get budget(): Budget {
    return (this.#settings ?? this.#draft).budget;
  }

  /** Items trained on in a second, such as tokens: the mean over the run. */
  get itemsPerSecond(): number {
    return this.#log.itemsPerSecond;
  }

  /**
   * The data has been read.
   *
   * @param usual what depends on the data where nothing is typed. Default: as planned
   * @throws FailureError if the interrupted run read other data
   */
  readFrom(source: Source, usual: UsualSettings<Config> = {}): void {
    const before = this.#interrupted?.settings.source;
    if (before && before.sha256 !== source.sha256) {
      throw new FailureError(
        `The data is not what the run in ${this.directory} began with. Give the same files in the same order, or start anew with --force.`,
      );
    }
    if (before) {
      this.#settings = { ...this.#draft, source: before };
      return;
    }
    const isTyped = this.#draft.budget !== this.#plan.budget;
    const budget = isTyped ? this.#draft.budget : (usual.budget ?? this.#plan.budget);
    const config = { ...this.#draft.config, ...usual.config, ...this.#typed };
    this.#settings = { ...this.#draft, budget, config, source };
  }

  /** The run begins: `facts` are what the task notes in the first line of the metrics. */
  start(facts: Record<string, unknown>): void {
    const { settings } = this;
    const start = startLine(settings, facts);
    if (!this.#interrupted) startCheckpoints(this.directory, settings);
    const lines = this.#interrupted?.metrics ?? [];
    this.#log = new MetricsLog(lines.length > 0 ? lines : [start]);
    this.terminal.event({ ...start, directory: this.directory });
  }

  /**
   * Does the work under the eyes of whoever watches. Ctrl-C ends the process with a checkpoint and
   * the command that goes on.
   */
  async train<Result extends { fit: FitResult }>(
    watching: ProgressOptions,
    work: (controls: TrainControls) => Promise<Result>,
  ): Promise<Result> {
    const { terminal, directory } = this;
    const { budget, patience } = this.settings;
    const log = this.#log;
    const progress = new Progress(terminal, watching);
    let result: Result;
    try {
      result = await interruptible(terminal, (signal) =>
        work({
          budget,
          patience: patience ?? undefined,
          resume: this.#interrupted?.checkpoint ?? undefined,
          signal,
          checkpoint: {
            everySeconds: this.#everySeconds,
            save: (bytes) => saveCheckpoint(terminal, directory, bytes, log, signal.aborted),
          },
          onEvent(event) {
            log.add(event);
            progress.handle(event);
          },
        }),
      );
    } catch (error) {
      // Going on from a checkpoint would lead to the same NaN.
      if (error instanceof NumericError) removeCheckpoints(directory);
      throw error;
    } finally {
      progress.end();
    }
    if (result.fit.stoppedBy === "signal") this.#sayHowToResume(result.fit);
    return result;
  }

  /**
   * Writes the model directory. `facts` are what the task notes in the last line of the metrics:
   * `parameters`, `evaluation`, …; `files` are those of the model, and `report` is a whole page.
   */
  finish(
    fit: FitResult,
    facts: Record<string, unknown>,
    files: Record<string, Uint8Array | string>,
    report: string,
  ): void {
    const { user, system } = process.cpuUsage();
    // What another process spent before the run went on here is not known.
    const cpu = this.#interrupted ? {} : { cpuSeconds: (user + system) / 1e6 };
    const end = endLine(fit, { ...facts, ...cpu });
    this.#log.lines.push(end);
    writeModel(this.directory, {
      [REPORT]: report,
      [METRICS]: formatMetrics(this.#log.lines),
      ...files,
    });
    this.terminal.event({ ...end, directory: this.directory });
  }

  /** The command that trained this model, for its report. */
  get command(): string {
    return commandLine("train", this.#plan.task, ...this.#plan.inputs, "-o", this.directory);
  }

  /** Where everything lies, and what to type next. */
  sayNext(...next: string[]): void {
    const { terminal, directory } = this;
    terminal.print(`Model    ${directory}`);
    terminal.print(`Report   ${join(directory, REPORT)}`);
    const commands = [...next, commandLine("inspect", directory)];
    commands.forEach((command, i) =>
      terminal.print(`${i === 0 ? "Next     " : "         "}${command}`),
    );
  }

  #sayHowToResume(fit: FitResult): never {
    const { task, inputs } = this.#plan;
    const command = commandLine("train", task, ...inputs, "-o", this.directory, "--resume");
    this.terminal.event({ type: "interrupted", step: fit.steps, resume: command });
    this.terminal.note(
      `Stopped after ${plural(fit.steps, "step")}; a checkpoint is saved. Go on with:`,
    );
    this.terminal.note(`  ${command}`);
    throw new ExitError(INTERRUPTED);
  }
}

/** Those options that are keys of the configuration and were typed. */
function typedConfig<Config extends object>(
  defaults: Readonly<Config>,
  options: object,
): Partial<Config> {
  const values = options as Partial<Config>;
  const keys = Object.keys(defaults) as (keyof Config)[];
  const typed = keys.filter((key) => values[key] !== undefined);
  return Object.fromEntries(typed.map((key) => [key, values[key]])) as Partial<Config>;
}

function budgetOf({ steps, epochs, minutes }: RunOptions): Budget | null {
  if (steps !== undefined) return { steps };
  if (epochs !== undefined) return { epochs };
  return minutes !== undefined ? { minutes } : null;
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
