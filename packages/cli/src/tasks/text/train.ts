/**
 * @file `unrolled train text`: a language model of any text, beside its baselines.
 */

import type { Command } from "commander";
import type { Budget } from "unrolled";
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
import { addExamples } from "../../commands/examples.ts";
import { positive, share, wholeNumber } from "../../commands/options.ts";
import { label, stemOf } from "../../files/read-bytes.ts";
import { readTexts } from "../../files/read-texts.ts";
import { describeSettings } from "../../report/describe.ts";
import { CELL_LOOKS, CELLS } from "../../terminal/cells.ts";
import { commandLine } from "../../terminal/invocation.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatSpeed,
  plural,
} from "../../terminal/numbers.ts";
import { addRunOptions, settings, type RunOptions } from "../../train/options.ts";
import { openRun, type TrainingRun } from "../../train/training-run.ts";
import { endFacts, startFacts } from "./facts.ts";
import { firstWord } from "./first-word.ts";
import { textReport } from "./report.ts";
import { bestOf, scoreTable, verdict, type Baseline } from "./scores.ts";

/** What a run does if nobody says how long. */
const DEFAULT_BUDGET: Budget = { minutes: 3 };
const SAMPLE_LENGTH = 300;

export function setUpTrain(command: Command): void {
  const { number, choice } = settings(TEXT_DEFAULTS);
  command
    .description(
      "Trains a language model on text files, shows it beside n-gram baselines on held-out text, and writes a model directory.",
    )
    .argument("<file...>", "text in UTF-8; several files are joined; - is standard input")
    .addOption(choice("cell", "--cell <cell>", "recurrent layer", CELLS))
    .addOption(choice("tokens", "--tokens <kind>", "what a token is", ["char", "word", "bpe"]))
    .addOption(
      number("vocabSize", "--vocab-size <n>", "most tokens, for word and bpe", wholeNumber(2)),
    )
    .addOption(number("hiddenSize", "--hidden <n>", "features of the hidden state", wholeNumber(1)))
    .addOption(number("numLayers", "--layers <n>", "recurrent layers", wholeNumber(1)))
    .addOption(number("embeddingDim", "--embedding <n>", "features of a token", wholeNumber(1)))
    .addOption(number("dropout", "--dropout <p>", "probability of zeroing", share("[0, 1)")))
    .addOption(number("batchSize", "--batch <n>", "texts read side by side", wholeNumber(1)))
    .addOption(
      number("seqLength", "--seq <n>", "tokens before the gradient is cut", wholeNumber(1)),
    )
    .addOption(number("lr", "--lr <x>", "highest learning rate", positive))
    .addOption(
      number("validation", "--validation <share>", "held out at the text's end", share("(0, 1)")),
    )
    .addOption(number("seed", "--seed <n>", "the same seed gives the same model", wholeNumber(0)))
    .action(trainTextCommand);
  addRunOptions(command, { name: "<name of the file>-<cell>", budget: DEFAULT_BUDGET });
  addExamples(
    command,
    [
      "unrolled train text book.txt",
      "unrolled train text book.txt --cell gru --hidden 512 --minutes 20 -o models/book",
      "cat *.md | unrolled train text - --tokens bpe --steps 2000 -o models/notes",
    ],
    "Ctrl-C saves a checkpoint and says how to go on.",
  );
}

async function trainTextCommand(
  files: string[],
  options: RunOptions & Partial<TextConfig>,
): Promise<void> {
  const cell = options.cell ?? TEXT_DEFAULTS.cell;
  const run = openRun<TextConfig>(
    {
      task: "text",
      inputs: files,
      name: `${stemOf(files[0])}-${cell}`,
      defaults: TEXT_DEFAULTS,
      budget: DEFAULT_BUDGET,
    },
    options,
  );
  const { text, ...source } = readTexts(files);
  run.readFrom(source);

  const data = prepareText(text, run.config);
  run.terminal.live("counting n-grams for the baselines …");
  const baselines = textBaselines(data);
  run.terminal.live("");
  run.start(startFacts(data, baselines));
  introduce(run, data, text, baselines);

  const look = CELL_LOOKS[run.config.cell];
  const toBeat = bestOf(baselines);
  const watching = {
    label: run.terminal.noteStyle(look.color, look.name),
    baseline: { name: toBeat.name, loss: toBeat.natsPerToken },
  };
  const result = await run.train(watching, (controls) => trainText(data, run.config, controls));

  const { model, fit } = result;
  const { seed } = run.config;
  const sample = [...generateText(model, { length: SAMPLE_LENGTH, seed })].join("");
  const tokensPerSecond = run.itemsPerSecond;
  const report = textReport({
    title: `${look.name} on ${files.map(stemOf).join(", ")}`,
    command: run.command,
    settings: describeSettings(run.settings),
    baselines,
    runs: [{ ...result, sample, tokensPerSecond, longRange: null }],
    floor: null,
  });
  run.finish(fit, endFacts(result, tokensPerSecond, sample), saveTextModel(model), report);
  conclude(run, result, baselines);
  run.terminal.print();
  run.terminal.print(run.terminal.style("dim", "A sample:"));
  run.terminal.print(sample.trim());
  run.terminal.print();
  run.sayNext(commandLine("run", run.directory, firstWord(text)));
}

function introduce(
  { terminal, config, settings: { source } }: TrainingRun<TextConfig>,
  data: TextData,
  text: string,
  baselines: readonly Baseline[],
): void {
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
  { terminal, itemsPerSecond }: TrainingRun<TextConfig>,
  { fit, evaluation, model }: TextResult,
  baselines: readonly Baseline[],
): void {
  const look = CELL_LOOKS[model.config.cell];
  const name = terminal.style(look.color, look.name);
  const early = fit.stoppedBy === "patience" ? "; stopped there, out of patience" : "";
  terminal.print();
  terminal.say(
    `${name}: ${formatCount(model.numParameters())} parameters, ${plural(fit.steps, "step")} in ${formatDuration(fit.seconds)} ` +
      `(${formatSpeed(itemsPerSecond)} tokens/s), best at step ${formatCount(fit.bestStep ?? fit.steps)}${early}.`,
  );
  terminal.print();
  terminal.print(scoreTable(baselines, [{ name, evaluation }]));
  terminal.print();
  terminal.say(verdict([{ name: look.name, evaluation }], baselines));
}
