/**
 * @file `unrolled train translation`: pairs of sentences become a model that translates.
 */

import type { Command } from "commander";
import type { Budget } from "unrolled";
import {
  evaluateTranslation,
  learnDictionary,
  prepareTranslation,
  saveTranslationModel,
  TRANSLATION_ATTENTION,
  TRANSLATION_CELLS,
  TRANSLATION_DEFAULTS,
  TRANSLATION_DROPOUT,
  TRANSLATION_TOKENS,
  trainTranslation,
  translationBatches,
  translationBaselines,
  translationConfig,
  usualDropout,
  type TranslationBaseline,
  type TranslationConfig,
  type TranslationData,
  type TranslationEvaluation,
  type TranslationResult,
} from "unrolled/tasks/translation";
import { addExamples } from "../../commands/examples.ts";
import { notNegative, positive, share, wholeNumber } from "../../commands/options.ts";
import { stemOf } from "../../files/read-bytes.ts";
import { describeSettings } from "../../report/describe.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { commandLine } from "../../terminal/invocation.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";
import { describeFit } from "../../train/describe-fit.ts";
import { addRunOptions, settings, type RunOptions } from "../../train/options.ts";
import { openRun, type TrainingRun } from "../../train/training-run.ts";
import { endFacts, startFacts } from "./facts.ts";
import { describePairs, preparePairs, type HeldOutOptions } from "./held-out.ts";
import { pairOptions, readingOf, type PairOptions } from "./read-pairs.ts";
import { translationReport } from "./report.ts";
import { DICTIONARY } from "./run.ts";
import { BASELINE_NAMES, formatScore, scoreTable, systemsOf, verdict } from "./scores.ts";

/** What a run does at most if nobody says how long. */
const DEFAULT_MINUTES = 30;
/** Validations without a better BLEU, of twenty. */
const DEFAULT_PATIENCE = 6;

const { fewPairs, many, few } = TRANSLATION_DROPOUT;
const DROPOUT_IN_WORDS = `${few}, from ${formatCount(fewPairs)} pairs on ${many}`;

type TrainOptions = RunOptions & Partial<TranslationConfig> & PairOptions & HeldOutOptions;

export function setUpTrain(command: Command): void {
  const { number, choice, plain } = settings(TRANSLATION_DEFAULTS);
  command
    .description(
      "Trains a model that translates, on pairs of sentences; holds out some of them, shows BLEU beside a word-for-word dictionary, and writes a model directory.",
    )
    .argument(
      "<file...>",
      "two files, a sentence on every line of the one and its translation on the same line of the other; or a table (TSV, CSV, JSON lines) with both; gzip too",
    );
  for (const option of pairOptions()) command.addOption(option);
  command
    .option(
      "--validation <what...>",
      "chooses the best weights: so many distinct sources, or files (default: 1,000, or a twentieth)",
    )
    .option(
      "--test <what...>",
      "measured at the end: so many distinct sources, or files (default: 2,000, or a twentieth)",
    )
    .addOption(choice("cell", "--cell <cell>", "recurrent layers", TRANSLATION_CELLS))
    .addOption(choice("tokens", "--tokens <kind>", "what a token is", TRANSLATION_TOKENS))
    .addOption(number("vocabSize", "--vocab-size <n>", "most tokens a language", wholeNumber(2)))
    .addOption(plain("joint", "--joint", "one vocabulary for both languages"))
    .addOption(
      choice(
        "attention",
        "--attention <score>",
        "how it looks back at the source",
        TRANSLATION_ATTENTION,
      ),
    )
    .addOption(
      plain("inputFeeding", "--input-feeding", "tell each step what the last one read; slower"),
    )
    .addOption(number("hiddenSize", "--hidden <n>", "features of the states", wholeNumber(1)))
    .addOption(number("numLayers", "--layers <n>", "recurrent layers each", wholeNumber(1)))
    .addOption(number("embeddingDim", "--embedding <n>", "features of a token", wholeNumber(1)))
    .addOption(
      number(
        "dropout",
        "--dropout <p>",
        "probability of zeroing",
        share("[0, 1)"),
        DROPOUT_IN_WORDS,
      ),
    )
    .addOption(
      number("labelSmoothing", "--label-smoothing <p>", "spread over all tokens", share("[0, 1)")),
    )
    .addOption(
      number(
        "teacherForcing",
        "--teacher-forcing <p>",
        "how often the true token is read, at the end",
        notNegative,
      ),
    )
    .addOption(number("batchTokens", "--batch <n>", "target tokens in a batch", wholeNumber(1)))
    .addOption(number("maxLength", "--max-length <n>", "longer pairs are left out", wholeNumber(2)))
    .addOption(number("lr", "--lr <x>", "highest learning rate", positive))
    .addOption(number("seed", "--seed <n>", "the same seed gives the same model", wholeNumber(0)))
    .action(trainTranslationCommand);
  addRunOptions(command, {
    name: "<name of the first file>-translation",
    budget: { minutes: DEFAULT_MINUTES },
    patience: DEFAULT_PATIENCE,
  });
  addExamples(
    command,
    [
      "unrolled train translation train.en train.de",
      "unrolled train translation fra.txt --test 2000 --minutes 60 -o models/en-fr",
      "unrolled train translation train.en.gz train.de.gz --validation val.en val.de --test test.en test.de",
      "unrolled train translation pairs.csv --source German --target English",
    ],
    "Ctrl-C saves a checkpoint and says how to go on.",
  );
}

async function trainTranslationCommand(files: string[], options: TrainOptions): Promise<void> {
  const { validation, test } = options;
  const reading = { ...readingOf(options), validation, test };
  const run = openRun<TranslationConfig>(
    {
      task: "translation",
      inputs: [...files, ...typedAgain(options)],
      name: `${stemOf(files[0])}-translation`,
      defaults: translationConfig(chosenConfig(options)),
      budget: { minutes: DEFAULT_MINUTES },
      patience: DEFAULT_PATIENCE,
      reading,
    },
    options,
  );
  const { terminal } = run;
  const { pairs, about, data, dictionary } = prepare(files, run);
  const measuredOn = pairs.test.length > 0 ? "test" : "validation";
  const baselines = translationBaselines(dictionary, pairs[measuredOn]);
  terminal.live("");
  run.start(startFacts(pairs, data, baselines));
  introduce(run, about, data, baselines);

  const result = await trainWatched(run, data, baselines);

  const { model, fit } = result;
  terminal.live(`translating ${formatCount(pairs[measuredOn].length)} sentences …`);
  const evaluation = evaluateTranslation(model, pairs[measuredOn], {
    dictionary: dictionary.words,
  });
  terminal.live("");
  const report = translationReport({
    title: `Translation: ${files.map(stemOf).join(", ")}`,
    command: run.command,
    settings: describeSettings(run.settings),
    about,
    pairs: pairs[measuredOn],
    measuredOn,
    dictionary,
    baselines,
    evaluation,
    result,
  });
  run.finish(
    fit,
    endFacts(model, evaluation, measuredOn, run.itemsPerSecond),
    {
      ...saveTranslationModel(model),
      [DICTIONARY]: `${JSON.stringify(Object.fromEntries(dictionary.words))}\n`,
    },
    report,
  );
  conclude(run, result, baselines, evaluation, measuredOn);
  const { source } = pairs[measuredOn][0];
  run.sayNext(commandLine("run", run.directory, source));
}

/** The training pairs as text are let go of: the collector looks at all that is held, again and again. */
function prepare(files: readonly string[], run: TrainingRun<TranslationConfig>) {
  const { terminal } = run;
  terminal.live("reading …");
  const { train, ...pairs } = preparePairs(files, run.reading, run.reading);
  terminal.live("learning the pieces of words …");
  const data = prepareTranslation(train, pairs.validation, run.config);
  run.readFrom(pairs.source, {
    budget: usualBudget(data, run.config),
    config: { dropout: usualDropout(data.train.length) },
  });
  terminal.live("making a dictionary for the baseline …");
  const about = describePairs({ train, ...pairs });
  return { pairs, about, data, dictionary: learnDictionary(train) };
}

/** Validations are told as BLEU. */
function trainWatched(
  run: TrainingRun<TranslationConfig>,
  data: TranslationData,
  baselines: readonly TranslationBaseline[],
): Promise<TranslationResult> {
  const look = CELL_LOOKS[run.config.cell];
  const toBeat = baselines.reduce((a, b) => (b.bleu > a.bleu ? b : a));
  const watching = {
    label: run.terminal.noteStyle(look.color, look.name),
    baseline: { name: BASELINE_NAMES[toBeat.name], loss: -toBeat.bleu },
    measure: { value: (loss: number) => -loss, format: formatScore, unit: "BLEU" },
  };
  return run.train(watching, (controls) => trainTranslation(data, run.config, controls));
}

/** Where nobody said how long: this many passes over the pairs are enough, if they are few. */
const ENOUGH_EPOCHS = 25;
/** However few the pairs, attention needs so many steps to be found, and to be made use of. */
const FEWEST_STEPS = 3000;
/** Seconds of a step, about: a plan for the default alone. */
const STEP_SECONDS = 0.35;

function usualBudget({ train }: TranslationData, config: TranslationConfig): Budget {
  const { batchesPerEpoch } = translationBatches(train, config);
  const steps = Math.max(FEWEST_STEPS, ENOUGH_EPOCHS * batchesPerEpoch);
  return steps * STEP_SECONDS < DEFAULT_MINUTES * 60 ? { steps } : { minutes: DEFAULT_MINUTES };
}

/** Keys of the configuration that were typed. */
function chosenConfig(options: TrainOptions): Partial<TranslationConfig> {
  const keys = Object.keys(TRANSLATION_DEFAULTS) as (keyof TranslationConfig)[];
  const typed = keys.filter((key) => options[key] !== undefined);
  return Object.fromEntries(typed.map((key) => [key, options[key]]));
}

/** What must be typed again to name the same data. */
function typedAgain({ source, target, validation, test }: TrainOptions): string[] {
  const single = Object.entries({ source, target }).flatMap(([key, value]) =>
    value === undefined ? [] : [`--${key}`, value],
  );
  const several = Object.entries({ validation, test }).flatMap(([key, values]) =>
    values === undefined ? [] : [`--${key}`, ...values],
  );
  return [...single, ...several];
}

function introduce(
  { terminal, config }: TrainingRun<TranslationConfig>,
  about: readonly string[],
  { tokenizers, train, tooLong }: TranslationData,
  baselines: readonly TranslationBaseline[],
): void {
  for (const line of about) terminal.say(line);
  if (tooLong > 0) {
    terminal.say(
      `${plural(tooLong, "pair")} with a side of more than ${config.maxLength} tokens are left out of training (--max-length).`,
    );
  }
  const numTokens = train.targets.lengths.reduce((sum, length) => sum + length - 1, 0);
  const perSentence = numTokens / train.length;
  terminal.say(
    `Vocabularies of ${formatCount(tokenizers.source.vocabSize)} and ${formatCount(tokenizers.target.vocabSize)} tokens (${config.tokens}); a translation has ${perSentence.toFixed(1)} of them on average.`,
  );
  terminal.print();
  terminal.print("What needs no network reaches:");
  terminal.print(
    `  ${systemsOf(baselines, [])
      .map(({ name, scores }) => `${name} BLEU ${formatScore(scores.bleu)}`)
      .join("   ")}`,
  );
  terminal.print();
}

function conclude(
  { terminal, itemsPerSecond }: TrainingRun<TranslationConfig>,
  { model, fit }: TranslationResult,
  baselines: readonly TranslationBaseline[],
  evaluation: TranslationEvaluation,
  measuredOn: "test" | "validation",
): void {
  const look = CELL_LOOKS[model.config.cell];
  const name = terminal.style(look.color, look.name);
  terminal.print();
  const speed = { perSecond: itemsPerSecond, items: "tokens" };
  terminal.say(`${name}: ${describeFit(fit, model.numParameters(), speed)}.`);
  terminal.print();
  terminal.print(scoreTable(systemsOf(baselines, [{ name, scores: evaluation }])));
  terminal.print();
  terminal.say(verdict(evaluation, baselines, `${measuredOn} sentences`));
  if (evaluation.signature.includes("tok:char")) {
    terminal.say(
      "BLEU counts characters here, since the translations put no spaces between words.",
    );
  }
  if (measuredOn === "validation") {
    terminal.say(
      "That is the validation part, by which the weights were chosen: hold out a test part (--test) for a number to quote.",
    );
  }
  terminal.print();
}
