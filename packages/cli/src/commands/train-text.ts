/**
 * @file `unrolled train text`: a language model of any text, beside its baselines.
 */

import { join } from "node:path";
import { Option, type Command } from "commander";
import { NumericError, type Budget, type EngineName } from "unrolled";
import {
  generateText,
  prepareText,
  saveTextModel,
  TEXT_DEFAULTS,
  textBaselines,
  trainText,
  type TextConfig,
  type TextData,
  type TextResult,
} from "unrolled/tasks/text";
import { ExitError, FailureError, INTERRUPTED } from "../errors.ts";
import {
  checkFree,
  formatMetrics,
  METRICS,
  REPORT,
  writeModel,
  type MetricsLine,
} from "../files/model-directory.ts";
import { label, stemOf } from "../files/read-bytes.ts";
import { readTexts } from "../files/read-texts.ts";
import { describeSettings } from "../report/describe.ts";
import { textReport } from "../report/text-report.ts";
import { CELL_LOOKS, CELLS } from "../terminal/cells.ts";
import { interruptible } from "../terminal/interrupt.ts";
import { commandLine } from "../terminal/invocation.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatSpeed,
  plural,
} from "../terminal/numbers.ts";
import { Progress } from "../terminal/progress.ts";
import { createTerminal, type Terminal } from "../terminal/terminal.ts";
import { firstWord } from "../text/first-word.ts";
import { removeCheckpoints, saveCheckpoint, startCheckpoints } from "../text/checkpoints.ts";
import { endLine, MetricsLog, startLine } from "../text/metrics-log.ts";
import { checkSameSettings, readInterruptedRun, type RunSettings } from "../text/run-settings.ts";
import { bestOf, scoreTable, verdict, type Baseline } from "../text/scores.ts";
import { engineOption, setUpEngine } from "./engine.ts";
import { jsonOption, positive, share, wholeNumber } from "./options.ts";

/** What a run does if nobody says how long. */
const DEFAULT_BUDGET: Budget = { minutes: 3 };
const SAMPLE_LENGTH = 300;

interface TrainTextOptions extends Partial<TextConfig> {
  out?: string;
  steps?: number;
  epochs?: number;
  minutes?: number;
  patience?: number;
  engine?: EngineName;
  checkpointEvery: number;
  resume?: true;
  force?: true;
  json?: true;
}

export function addTrainText(train: Command): void {
  const choice = (
    flags: string,
    what: string,
    key: "cell" | "tokens",
    choices: readonly string[],
  ) => new Option(flags, `${what} (default: ${TEXT_DEFAULTS[key]})`).choices(choices);

  train
    .command("text")
    .summary("a language model of any text: characters, words or pieces of words")
    .description(
      "Trains a language model on text files, shows it beside n-gram baselines on held-out text, and writes a model directory.",
    )
    .argument("<file...>", "text in UTF-8; several files are joined; - is standard input")
    .option("-o, --out <dir>", "where the model goes (default: runs/<name of the file>-<cell>)")
    .addOption(choice("--cell <cell>", "recurrent layer", "cell", CELLS))
    .addOption(choice("--tokens <kind>", "what a token is", "tokens", ["char", "word", "bpe"]))
    .addOption(setting("--vocab-size <n>", "most tokens, for word and bpe", wholeNumber(2)))
    .addOption(setting("--hidden <n>", "features of the hidden state", wholeNumber(1)))
    .addOption(setting("--layers <n>", "recurrent layers", wholeNumber(1)))
    .addOption(setting("--embedding <n>", "features of a token", wholeNumber(1)))
    .addOption(setting("--dropout <p>", "probability of zeroing", share("[0, 1)")))
    .addOption(setting("--batch <n>", "texts read side by side", wholeNumber(1)))
    .addOption(setting("--seq <n>", "tokens before the gradient is cut", wholeNumber(1)))
    .addOption(setting("--lr <x>", "highest learning rate", positive))
    .addOption(setting("--validation <share>", "held out at the text's end", share("(0, 1)")))
    .addOption(setting("--seed <n>", "the same seed gives the same model", wholeNumber(0)))
    .addOption(
      new Option("--minutes <n>", "train so long (default: 3)")
        .argParser(positive)
        .conflicts(["steps", "epochs"]),
    )
    .addOption(
      new Option("--steps <n>", "train so many steps")
        .argParser(wholeNumber(1))
        .conflicts(["epochs"]),
    )
    .addOption(new Option("--epochs <n>", "read the text so many times").argParser(positive))
    .option("--patience <n>", "stop after n validations without a better one", wholeNumber(1))
    .addOption(engineOption())
    .option("--checkpoint-every <seconds>", "how often to save a way back", positive, 30)
    .option("--resume", "go on with the interrupted run in the output directory")
    .option("--force", "replace what is in the output directory")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  unrolled train text book.txt
  unrolled train text book.txt --cell gru --hidden 512 --minutes 20 -o models/book
  cat *.md | unrolled train text - --tokens bpe --steps 2000 -o models/notes

Ctrl-C saves a checkpoint and says how to go on.`,
    )
    .action(trainTextCommand);
}

const KEYS: Record<string, keyof TextConfig> = {
  "vocab-size": "vocabSize",
  hidden: "hiddenSize",
  layers: "numLayers",
  embedding: "embeddingDim",
  batch: "batchSize",
  seq: "seqLength",
};

/**
 * A number of the configuration. The option has no default of its own, so that a resumed run can
 * tell what was typed; the help shows the configuration's.
 */
function setting(flags: string, description: string, parse: (text: string) => number): Option {
  const option = new Option(flags);
  const key = KEYS[option.name()] ?? (option.name() as keyof TextConfig);
  option.description = `${description} (default: ${TEXT_DEFAULTS[key]})`;
  option.attributeName = () => key;
  return option.argParser(parse);
}

async function trainTextCommand(files: string[], options: TrainTextOptions): Promise<void> {
  const terminal = createTerminal(options.json ?? false);
  const run = prepareRun(terminal, files, options);
  terminal.event({ ...run.start, directory: run.directory });
  introduce(terminal, run);

  const result = await train(terminal, run, options.checkpointEvery);
  if (result.fit.stoppedBy === "signal") sayHowToResume(terminal, run, result);
  finish(terminal, run, result);
}

/** A run about to begin, or to go on. */
interface PreparedRun {
  files: readonly string[];
  directory: string;
  settings: RunSettings;
  text: string;
  data: TextData;
  baselines: readonly Baseline[];
  /** The first line of the metrics. */
  start: MetricsLine;
  log: MetricsLog;
  checkpoint: Uint8Array | null;
}

function prepareRun(terminal: Terminal, files: string[], options: TrainTextOptions): PreparedRun {
  const typed = typedConfig(options);
  const cell = typed.cell ?? TEXT_DEFAULTS.cell;
  const directory = options.out ?? join("runs", `${stemOf(files[0])}-${cell}`);
  const interrupted = options.resume ? readInterruptedRun(directory) : null;
  if (interrupted) {
    const { steps, epochs, minutes, patience, engine } = options;
    const all = { ...typed, steps, epochs, minutes, patience, engine };
    checkSameSettings(interrupted.settings, all);
  } else checkFree(directory, options.force ?? false);

  const engine = setUpEngine(interrupted?.settings.engine ?? options.engine);
  const { text, ...source } = readTexts(files);
  if (interrupted && interrupted.settings.source.sha256 !== source.sha256) {
    throw new FailureError(
      `The text is not the one that the run in ${directory} began with. Give the same files in the same order, or start anew with --force.`,
    );
  }
  const settings: RunSettings = interrupted?.settings ?? {
    formatVersion: 1,
    task: "text",
    config: { ...TEXT_DEFAULTS, ...typed },
    budget: budgetOf(options),
    patience: options.patience ?? null,
    engine,
    source,
  };

  const data = prepareText(text, settings.config);
  terminal.live("counting n-grams for the baselines …");
  const baselines = textBaselines(data);
  terminal.live("");
  const start = startLine(settings, data, baselines);
  if (!interrupted) startCheckpoints(directory, settings);
  const lines = interrupted?.metrics ?? [];
  const log = new MetricsLog(lines.length > 0 ? lines : [start]);
  const checkpoint = interrupted?.checkpoint ?? null;
  return { files, directory, settings, text, data, baselines, start, log, checkpoint };
}

async function train(
  terminal: Terminal,
  { directory, settings, data, baselines, log, checkpoint }: PreparedRun,
  everySeconds: number,
): Promise<TextResult> {
  const { config, budget, patience } = settings;
  const look = CELL_LOOKS[config.cell];
  const toBeat = bestOf(baselines);
  const progress = new Progress(terminal, {
    label: terminal.noteStyle(look.color, look.name),
    baseline: { name: toBeat.name, loss: toBeat.natsPerToken },
  });
  try {
    return await interruptible(terminal, (signal) =>
      trainText(data, config, {
        budget,
        patience: patience ?? undefined,
        resume: checkpoint ?? undefined,
        signal,
        checkpoint: {
          everySeconds,
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
}

function finish(terminal: Terminal, run: PreparedRun, result: TextResult): void {
  const { files, directory, settings, text, baselines, log } = run;
  const { model } = result;
  const { cell, seed } = settings.config;
  const sample = [...generateText(model, { length: SAMPLE_LENGTH, seed })].join("");
  const { tokensPerSecond } = log;
  const end = endLine(result, tokensPerSecond, sample);
  log.lines.push(end);
  writeModel(directory, {
    [REPORT]: textReport({
      title: `${CELL_LOOKS[cell].name} on ${files.map(stemOf).join(", ")}`,
      command: commandLine("train", "text", ...files, "-o", directory),
      settings: describeSettings(settings),
      baselines,
      runs: [{ ...result, sample, tokensPerSecond, longRange: null }],
      floor: null,
    }),
    [METRICS]: formatMetrics(log.lines),
    ...saveTextModel(model),
  });
  terminal.event({ ...end, directory });
  conclude(terminal, result, baselines, tokensPerSecond);
  sayNext(terminal, sample, directory, text);
}

function typedConfig(options: TrainTextOptions): Partial<TextConfig> {
  const keys = Object.keys(TEXT_DEFAULTS) as (keyof TextConfig)[];
  const typed = keys.filter((key) => options[key] !== undefined);
  return Object.fromEntries(typed.map((key) => [key, options[key]]));
}

function budgetOf({ steps, epochs, minutes }: TrainTextOptions): Budget {
  if (steps !== undefined) return { steps };
  if (epochs !== undefined) return { epochs };
  return minutes !== undefined ? { minutes } : DEFAULT_BUDGET;
}

function sayHowToResume(
  terminal: Terminal,
  { files, directory }: PreparedRun,
  { fit }: TextResult,
): never {
  const command = commandLine("train", "text", ...files, "-o", directory, "--resume");
  terminal.event({ type: "interrupted", step: fit.steps, resume: command });
  terminal.note(`Stopped after ${plural(fit.steps, "step")}; a checkpoint is saved. Go on with:`);
  terminal.note(`  ${command}`);
  throw new ExitError(INTERRUPTED);
}

function introduce(terminal: Terminal, { settings, data, text, baselines }: PreparedRun): void {
  const { config, source } = settings;
  const tokens = data.trainIds.length + data.validationIds.length;
  terminal.say(
    `${source.names.map(label).join(", ")}: ${formatBytes(source.bytes)}, ${formatCount(text.length)} characters, ` +
      `${formatCount(tokens)} tokens of ${formatCount(data.tokenizer.vocabSize)} kinds (${config.tokens}). ` +
      `The last ${formatPercent(config.validation)} are held out.`,
  );
  terminal.print();
  terminal.print("What counting alone reaches on the held-out text, in nats per token:");
  const scores = baselines.map(({ name, natsPerToken }) => `${name} ${formatLoss(natsPerToken)}`);
  terminal.print(`  ${scores.join("   ")}`);
  terminal.print();
}

function conclude(
  terminal: Terminal,
  { fit, evaluation, model }: TextResult,
  baselines: readonly Baseline[],
  tokensPerSecond: number,
): void {
  const look = CELL_LOOKS[model.config.cell];
  const name = terminal.style(look.color, look.name);
  const early = fit.stoppedBy === "patience" ? "; stopped there, out of patience" : "";
  terminal.print();
  terminal.say(
    `${name}: ${formatCount(model.numParameters())} parameters, ${plural(fit.steps, "step")} in ${formatDuration(fit.seconds)} ` +
      `(${formatSpeed(tokensPerSecond)} tokens/s), best at step ${formatCount(fit.bestStep ?? fit.steps)}${early}.`,
  );
  terminal.print();
  terminal.print(scoreTable(baselines, [{ name, evaluation }]));
  terminal.print();
  terminal.say(verdict([{ name: look.name, evaluation }], baselines));
}

function sayNext(terminal: Terminal, sample: string, directory: string, text: string): void {
  terminal.print();
  terminal.print(terminal.style("dim", "A sample:"));
  terminal.print(sample.trim());
  terminal.print();
  terminal.print(`Model    ${directory}`);
  terminal.print(`Report   ${join(directory, REPORT)}`);
  terminal.print(`Next     ${commandLine("run", directory, firstWord(text))}`);
  terminal.print(`         ${commandLine("inspect", directory)}`);
}
