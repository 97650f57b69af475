/**
 * @file `unrolled compare`: cells trained alike on a memory task or a text, and measured.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import {
  CELL_NAMES,
  compare,
  getNumThreads,
  setNumThreads,
  type CellName,
  type ComparableTask,
  type ComparisonResult,
  type EngineName,
  type SizeBudget,
} from "unrolled";
import { TrialPool } from "../compare/pool.ts";
import { CompareProgress } from "../compare/progress.ts";
import { baselineSentence, costTable, findings, scoreTable, tableNotes } from "../compare/table.ts";
import { BUILT_IN, createTask, type TaskSpec } from "../compare/tasks.ts";
import { ExitError, INTERRUPTED, MisuseError } from "../errors.ts";
import { checkFree, REPORT } from "../files/model-directory.ts";
import { stemOf } from "../files/read-bytes.ts";
import { readTexts } from "../files/read-texts.ts";
import { writeWhole } from "../files/write.ts";
import { compareReport } from "../report/compare-report.ts";
import { describeMachine } from "../report/describe.ts";
import { CELL_LOOKS, CELLS } from "../terminal/cells.ts";
import { interruptible } from "../terminal/interrupt.ts";
import { commandLine } from "../terminal/invocation.ts";
import { formatCount, formatDuration, plural } from "../terminal/numbers.ts";
import { createTerminal, type Terminal } from "../terminal/terminal.ts";
import { engineOption, setUpEngine } from "./engine.ts";
import { jsonOption, positive, wholeNumber } from "./options.ts";

const RESULT = "comparison.json";
const DEFAULT_MINUTES = 4.5;
/** Of a text at most: measuring must not take longer than training. */
const HELD_OUT_CHARACTERS = 30_000;
/** Below this the held-out end would be some hundred characters, and its score a matter of chance. */
const FEWEST_CHARACTERS = 5000;

interface CompareCommandOptions {
  task?: string;
  lag?: number;
  cells: CellName[];
  seeds?: number;
  seed: number;
  hidden?: number;
  budget: SizeBudget | "both";
  steps?: number;
  minutes: number;
  lr?: number[];
  lags?: number[];
  span: boolean;
  out?: string;
  engine?: EngineName;
  force?: true;
  json?: true;
}

export function addCompare(program: Command): void {
  const tasks = Object.keys(BUILT_IN);
  program
    .command("compare")
    .summary("RNN, LSTM and GRU side by side on a memory task or a text")
    .description(
      "Trains cells alike on one task and measures them: parameters, times, scores over several seeds, and how far back each remembers. Each is trained at equal hidden size and at an equal number of parameters, on the same batches in the same order, with the best of a few learning rates.",
    )
    .argument("[file]", "a text to compare on, instead of a built-in task")
    .addOption(
      new Option(
        "--task <name>",
        "what to compare on (default: adding, or text with a file)",
      ).choices([...tasks, "text"]),
    )
    .option(
      "--lag <n>",
      "how many steps back the answer lies (default: 100 for adding)",
      wholeNumber(1),
    )
    .option("--cells <list>", `of ${CELL_NAMES.join(", ")}`, cellList, [...CELLS])
    .option("--seeds <n>", "trainings of each model (default: 5; 3 for a text)", wholeNumber(1))
    .option("--seed <n>", "the first of the seeds", wholeNumber(0), 1)
    .option(
      "--hidden <n>",
      "features of the hidden state (default: 32; 128 for a text)",
      wholeNumber(1),
    )
    .addOption(
      new Option("--budget <which>", "what is made equal")
        .choices(["equal-hidden", "equal-parameters", "both"])
        .default("both"),
    )
    .option("--steps <n>", "steps of each training", wholeNumber(1))
    .option(
      "--minutes <n>",
      "take fewer steps if all would take longer than that; ignored with --steps",
      positive,
      DEFAULT_MINUTES,
    )
    .option("--lr <list>", "learning rates to choose from", numberList(positive))
    .option("--lags <list>", "lags to look for the memory span at", numberList(wholeNumber(1)))
    .option("--no-span", "do not look for the memory span")
    .option("-o, --out <dir>", "where the results go (default: runs/compare-<task>)")
    .addOption(engineOption())
    .option("--force", "write into a directory that holds something else")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  unrolled compare --task adding --lag 100
  unrolled compare --task delayed-recall --lag 50 --cells rnn,irnn,lstm,mingru --seeds 3
  unrolled compare --task adding --lag 50 --lags 25,100,200 --minutes 30
  unrolled compare book.txt --minutes 10

Tasks, with their default lags: ${tasks.map((name) => `${name} ${BUILT_IN[name].lag}`).join(", ")}.
Ctrl-C ends it and keeps what is finished.`,
    )
    .action(compareCommand);
}

async function compareCommand(
  file: string | undefined,
  options: CompareCommandOptions,
): Promise<void> {
  const terminal = createTerminal(options.json ?? false);
  const engine = setUpEngine(options.engine);
  const { spec, name, about } = taskFor(file, options);
  const directory = options.out ?? join("runs", `compare-${name}`);
  checkFree(directory, existsSync(join(directory, RESULT)) || (options.force ?? false));

  if (spec.task === "text") terminal.live("counting n-grams for the baselines …");
  const task = createTask(spec, { withBaselines: true });
  terminal.live("");
  const numSeeds = options.seeds ?? (spec.task === "text" ? 3 : 5);
  introduce(terminal, task, about, options, numSeeds);

  const result = await run(terminal, { spec, task, engine, numSeeds }, options);
  write(directory, { file, name, about, options, result });
  conclude(terminal, result, directory);
}

/** Which task, what it is called in file names, and a sentence about it. */
function taskFor(
  file: string | undefined,
  { task, lag, span, lags }: CompareCommandOptions,
): { spec: TaskSpec; name: string; about: string } {
  const name = task ?? (file === undefined ? "adding" : "text");
  if (name !== "text") {
    if (file !== undefined) {
      throw new MisuseError(
        `${name} generates its own sequences: leave out ${file}, or --task ${name}.`,
      );
    }
    const own = lag ?? BUILT_IN[name].lag;
    return {
      spec: { task: "memory", name, lag: own },
      name: `${name}-${own}`,
      about: `Sequences generated for each training, and others to test on; the answer lies up to ${own} steps back.`,
    };
  }
  if (file === undefined) {
    throw new MisuseError("Which text? Name a file: unrolled compare book.txt");
  }
  if (lag !== undefined || lags !== undefined || !span) {
    throw new MisuseError("A text has no lag to set: leave out --lag, --lags and --no-span.");
  }
  const { text } = readTexts([file]);
  if (text.length < FEWEST_CHARACTERS) {
    throw new MisuseError(
      `${file} has ${plural(text.length, "character")}; to compare models on held-out text takes at least ${formatCount(FEWEST_CHARACTERS)}.`,
    );
  }
  const validation = Math.min(0.1, HELD_OUT_CHARACTERS / text.length);
  return {
    spec: { task: "text", text, config: { validation } },
    name: stemOf(file),
    about: `${stemOf(file)}: ${formatCount(text.length)} characters, the last ${formatCount(Math.round(text.length * validation))} held out.`,
  };
}

interface PreparedComparison {
  spec: TaskSpec;
  task: ComparableTask;
  engine: EngineName;
  numSeeds: number;
}

async function run(
  terminal: Terminal,
  { spec, task, engine, numSeeds }: PreparedComparison,
  options: CompareCommandOptions,
): Promise<ComparisonResult> {
  const { cells, budget, seed, steps, hidden, lr, span, minutes } = options;
  // A core for each training is more than all cores for one: models of this size are too small to share.
  const count = getNumThreads();
  setNumThreads(1);
  const pool = count > 1 ? new TrialPool(count, { task: spec, engine }) : undefined;
  const progress = new CompareProgress(terminal, { seeds: numSeeds, scoreName: task.score.name });
  try {
    return await interruptible(terminal, (signal) =>
      compare(task, {
        cells,
        seeds: Array.from({ length: numSeeds }, (_, i) => seed + i),
        hiddenSize: hidden,
        budgets: budget === "both" ? undefined : [budget],
        steps,
        minutes: steps === undefined ? minutes : undefined,
        lrs: lr,
        lags: span ? options.lags : [],
        workers: pool,
        signal,
        onEvent: (event) => progress.handle(event),
      }),
    );
  } finally {
    progress.end();
    await pool?.close();
  }
}

function introduce(
  terminal: Terminal,
  task: ComparableTask,
  about: string,
  { cells, seed, lr }: CompareCommandOptions,
  numSeeds: number,
): void {
  const { name, baselines, score, training, lag = null } = task;
  const rates = lr ?? training.lrs;
  const names = cells.map((cell) => CELL_LOOKS[cell].name).join(", ");
  terminal.event({ type: "start", task: name, lag, cells, numSeeds, baselines, score });
  terminal.say(`${names} on ${name}. ${about}`);
  terminal.say(
    `Each learns from the same batches in the same order, ${numSeeds > 1 ? `seeds ${seed} to ${seed + numSeeds - 1}` : `seed ${seed}`}, with ${rates.length > 1 ? `the best of ${rates.length} learning rates, chosen on other data` : `a learning rate of ${rates[0]}`}.`,
  );
  terminal.print();
}

interface Finished {
  file: string | undefined;
  name: string;
  about: string;
  options: CompareCommandOptions;
  result: ComparisonResult;
}

function write(directory: string, { file, name, about, options, result }: Finished): void {
  writeWhole(join(directory, RESULT), `${JSON.stringify(result, null, 1)}\n`);
  const { settings } = result;
  const facts = [
    ["task", result.task.name],
    ["seeds", settings.seeds.join(", ")],
    ["steps", formatCount(settings.steps)],
    ["learning rates", settings.lrs.join(", ")],
    ["time", formatDuration(result.seconds)],
    ["engine", settings.engine],
    ...describeMachine(),
  ] as const;
  writeWhole(
    join(directory, REPORT),
    compareReport({
      title: `${options.cells.map((cell) => CELL_LOOKS[cell].name).join(", ")} on ${file === undefined ? result.task.name : name}`,
      about,
      command: commandFor(file, options, result),
      settings: facts,
      result,
    }),
  );
}

/** What repeats the scores: the steps as they were planned. */
function commandFor(
  file: string | undefined,
  options: CompareCommandOptions,
  { settings, task }: ComparisonResult,
): string {
  const { seeds, steps, cells, hiddenSize } = settings;
  return commandLine(
    "compare",
    ...(file === undefined
      ? ["--task", options.task ?? "adding", "--lag", String(task.lag)]
      : [file]),
    ...(cells.join() === CELLS.join() ? [] : ["--cells", cells.join()]),
    ...["--seeds", String(seeds.length), "--seed", String(seeds[0])],
    ...["--hidden", String(hiddenSize), "--steps", String(steps)],
    ...(options.budget === "both" ? [] : ["--budget", options.budget]),
    ...(options.lr ? ["--lr", options.lr.join()] : []),
    ...(options.lags ? ["--lags", options.lags.join()] : []),
    ...(options.span ? [] : ["--no-span"]),
    ...(options.engine ? ["--engine", options.engine] : []),
  );
}

function conclude(terminal: Terminal, result: ComparisonResult, directory: string): void {
  const isStopped = result.stoppedBy === "signal";
  terminal.event({ type: "end", result, directory });
  terminal.print();
  if (isStopped) {
    terminal.say("Stopped. What was finished is below; what was not shows as –.");
    terminal.print();
  }
  terminal.print(terminal.style("bold", "Architectures at a glance"));
  terminal.print();
  terminal.print(scoreTable(result, terminal.style));
  terminal.print();
  terminal.print(costTable(result, terminal.style));
  terminal.print();
  for (const sentence of [baselineSentence(result), ...findings(result)]) terminal.say(sentence);
  terminal.print();
  for (const note of tableNotes(result)) terminal.say(`  ${note}`);
  terminal.print();
  terminal.print(`Done in ${formatDuration(result.seconds)}.`);
  terminal.print(`Report   ${join(directory, REPORT)}`);
  terminal.print(`Data     ${join(directory, RESULT)}`);
  if (isStopped) throw new ExitError(INTERRUPTED);
}

function cellList(text: string): CellName[] {
  const cells = text.split(",").map((cell) => cell.trim());
  const wrong = cells.find((cell) => !(CELL_NAMES as readonly string[]).includes(cell));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(
      `There is no cell ${JSON.stringify(wrong)}. Allowed are ${CELL_NAMES.join(", ")}, with commas between.`,
    );
  }
  return withoutDoubles(cells as CellName[]);
}

function numberList(read: (text: string) => number): (text: string) => number[] {
  return (text) => withoutDoubles(text.split(",").map((part) => read(part.trim())));
}

function withoutDoubles<T>(items: T[]): T[] {
  return [...new Set(items)];
}
