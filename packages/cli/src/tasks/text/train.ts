/**
 * @file `unrolled train text`: a language model of any text, beside its baselines.
 */

import { Option, type Command } from "commander";
import {
  configOfSize,
  generateText,
  measuredPart,
  prepareText,
  saveTextModel,
  scoreText,
  TEXT_DEFAULTS,
  TEXT_SIZES,
  textBaselines,
  passesIn,
  textSizeFor,
  usualDropouts,
  trainText,
  type TextConfig,
  type TextData,
  type TextResult,
  type TextSize,
} from "unrolled/tasks/text";
import { addExamples } from "../../commands/examples.ts";
import { positive, share, wholeNumber } from "../../commands/options.ts";
import { label, stemOf } from "../../files/read-bytes.ts";
import { readTexts } from "../../files/read-texts.ts";
import { describeSettings } from "../../report/describe.ts";
import { CELL_LOOKS, CELLS } from "../../terminal/cells.ts";
import { commandLine } from "../../terminal/invocation.ts";
import { formatBytes, formatCount, formatLoss, formatPercent } from "../../terminal/numbers.ts";
import { describeFit } from "../../train/describe-fit.ts";
import { addRunOptions, settings, type RunOptions } from "../../train/options.ts";
import { openRun, type TrainingRun } from "../../train/training-run.ts";
import { endFacts, startFacts } from "./facts.ts";
import { firstWord } from "./first-word.ts";
import { textReport } from "./report.ts";
import { bestOf, scoreTable, verdict, type Baseline } from "./scores.ts";

const SAMPLE_LENGTH = 300;
/** Tokens of held-out text that the report shows the surprise of. */
const PASSAGE_LENGTH = 800;

interface TrainTextOptions extends RunOptions, Partial<TextConfig> {
  size?: TextSize;
}

export function setUpTrain(command: Command): void {
  const { number, choice, plain } = settings(TEXT_DEFAULTS);
  const sizes = Object.keys(TEXT_SIZES) as TextSize[];
  command
    .description(
      "Trains a language model on text files, shows it beside n-gram baselines on held-out text, and writes a model directory. The defaults below are those of the small size.",
    )
    .argument("<file...>", "text, gzip too; several files are joined; - is standard input")
    .addOption(
      new Option(
        "--size <size>",
        `settings that suit ${sizes.map((size) => TEXT_SIZES[size].minutes).join(", ")} minutes on two cores (default: by --minutes)`,
      ).choices(sizes),
    )
    .addOption(choice("cell", "--cell <cell>", "recurrent layer", CELLS))
    .addOption(choice("tokens", "--tokens <kind>", "what a token is", ["char", "word", "bpe"]))
    .addOption(
      number("vocabSize", "--vocab-size <n>", "most tokens, for word and bpe", wholeNumber(2)),
    )
    .addOption(number("hiddenSize", "--hidden <n>", "features of the hidden state", wholeNumber(1)))
    .addOption(number("numLayers", "--layers <n>", "recurrent layers", wholeNumber(1)))
    .addOption(number("embeddingDim", "--embedding <n>", "features of a token", wholeNumber(1)))
    .addOption(plain("tieWeights", "--tie-weights", "read and predict by the same vectors"))
    .addOption(
      number(
        "dropout",
        "--dropout <p>",
        "zero features between layers and at last",
        share("[0, 1)"),
      ),
    )
    .addOption(
      number("inputDropout", "--input-dropout <p>", "zero features of tokens", share("[0, 1)")),
    )
    .addOption(
      number("embeddingDropout", "--embedding-dropout <p>", "leave out tokens", share("[0, 1)")),
    )
    .addOption(
      number("weightDropout", "--weight-dropout <p>", "zero weights of the state", share("[0, 1)")),
    )
    .addOption(number("batchSize", "--batch <n>", "texts read side by side", wholeNumber(1)))
    .addOption(
      number("seqLength", "--seq <n>", "tokens before the gradient is cut", wholeNumber(1)),
    )
    .addOption(
      number("stretch", "--stretch <n>", "tokens in a row; 0: from start to end", wholeNumber(0)),
    )
    .addOption(number("lr", "--lr <x>", "highest learning rate", positive))
    .addOption(
      number("validation", "--validation <share>", "held out to choose by", share("(0, 1)")),
    )
    .addOption(
      number("test", "--test <share>", "held out at the very end to measure with", share("[0, 1)")),
    )
    .addOption(number("seed", "--seed <n>", "the same seed gives the same model", wholeNumber(0)))
    .action(trainTextCommand);
  addRunOptions(command, {
    name: "<name of the file>-<cell>",
    budget: { minutes: TEXT_SIZES.small.minutes },
  });
  addExamples(
    command,
    [
      "unrolled train text book.txt",
      "unrolled train text book.txt --minutes 30 -o models/book",
      "unrolled train text book.txt --size large --cell gru",
      "cat *.md | unrolled train text - --tokens bpe --steps 2000 -o models/notes",
    ],
    "Ctrl-C saves a checkpoint and says how to go on.",
  );
}

async function trainTextCommand(files: string[], options: TrainTextOptions): Promise<void> {
  const cell = options.cell ?? TEXT_DEFAULTS.cell;
  const size = options.size ?? textSizeFor(options.minutes);
  const run = openRun<TextConfig>(
    {
      task: "text",
      inputs: files,
      name: `${stemOf(files[0])}-${cell}`,
      defaults: configOfSize(size, cell),
      budget: { minutes: TEXT_SIZES[size].minutes },
    },
    options,
  );
  const { text, encoding, ...source } = readTexts(files);
  const data = prepareText(text, run.config);
  const passes = passesIn(run.budget, size, data.trainIds.length, run.config);
  run.readFrom(source, { config: usualDropouts(size, passes, cell) });
  run.terminal.live("counting n-grams for the baselines …");
  const baselines = textBaselines(data);
  run.terminal.live("");
  run.start(startFacts(data, baselines));
  introduce(run, data, encoding, baselines);

  const look = CELL_LOOKS[run.config.cell];
  // While training, the validation part is what is measured.
  const onValidation = data.test ? textBaselines({ ...data, test: null }) : baselines;
  const toBeat = bestOf(onValidation);
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
    baselinesOnValidation: onValidation,
    runs: [{ ...result, sample, tokensPerSecond, longRange: null }],
    passage: passageOf(result, data),
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

/** The beginning of the held-out text, and how surprising it was. */
function passageOf({ model }: TextResult, data: TextData) {
  const text = data.tokenizer.decode(measuredPart(data).ids.subarray(0, PASSAGE_LENGTH));
  return model.encode(text).length < 2 ? [] : scoreText(model, text).tokens;
}

function introduce(
  { terminal, config, settings: { source } }: TrainingRun<TextConfig>,
  data: TextData,
  encoding: string,
  baselines: readonly Baseline[],
): void {
  const parts = [data.trainIds, data.validationIds, data.test?.ids ?? []];
  const tokens = parts.reduce((sum, { length }) => sum + length, 0);
  const characters =
    data.trainCharacters + data.validationCharacters + (data.test?.characters ?? 0);
  const held = data.test
    ? `Of its end ${formatPercent(config.validation)} are held out to choose by, and the last ${formatPercent(config.test)} to measure with.`
    : `The last ${formatPercent(config.validation)} are held out.`;
  terminal.say(
    `${source.names.map(label).join(", ")}: ${formatBytes(source.bytes)}${encoding === "UTF-8" ? "" : ` in ${encoding}`}, ${formatCount(characters)} characters, ` +
      `${formatCount(tokens)} tokens of ${formatCount(data.tokenizer.vocabSize)} kinds (${config.tokens}). ${held}`,
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
  terminal.print();
  const speed = { perSecond: itemsPerSecond, items: "tokens" };
  terminal.say(`${name}: ${describeFit(fit, model.numParameters(), speed)}.`);
  terminal.print();
  terminal.print(scoreTable(baselines, [{ name, evaluation }]));
  terminal.print();
  terminal.say(verdict([{ name: look.name, evaluation }], baselines));
}
