/**
 * @file `unrolled train sentiment`: a classifier of texts, beside its baselines.
 */

import { Option, type Command } from "commander";
import type { Estimate } from "unrolled";
import {
  accuracyDifference,
  defaultEpochs,
  embeddingsBaseline,
  evaluateSentiment,
  evaluationOf,
  majorityBaseline,
  prepareSentiment,
  readVectors,
  saveSentimentModel,
  SENTIMENT_DEFAULTS,
  sentimentConfig,
  sentimentDefaults,
  usualPooling,
  trainSentiment,
  tunedBag,
  voicesOf,
  positiveOf,
  type SentimentConfig,
  type SentimentData,
  type SentimentEvaluation,
  type SentimentResult,
  type TunedBag,
  type WordVectors,
} from "unrolled/tasks/sentiment";
import { addExamples } from "../../commands/examples.ts";
import { positive, share, wholeNumber } from "../../commands/options.ts";
import { FailureError } from "../../errors.ts";
import { readBytes, stemOf } from "../../files/read-bytes.ts";
import { tableOptions } from "../../files/read-table.ts";
import { describeSettings } from "../../report/describe.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { commandLine } from "../../terminal/invocation.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";
import { describeFit } from "../../train/describe-fit.ts";
import { addRunOptions, settings, type RunOptions } from "../../train/options.ts";
import { openRun, type TrainingRun } from "../../train/training-run.ts";
import { describeLeftOut, readParts, type PartsOptions } from "./parts.ts";
import { sentimentReport } from "./report.ts";
import { networkScore, percent, scoreOf, scoreTable, verdict, type Score } from "./scores.ts";

type TrainOptions = RunOptions & Partial<SentimentConfig> & PartsOptions & { vectors?: string };

/** A file for a part. Its key is not its flag's: `test` is a share in the configuration. */
function part(key: keyof PartsOptions, flags: string, description: string): Option {
  const option = new Option(flags, `${description} (default: a share of the data)`);
  option.attributeName = () => key;
  return option;
}

export function setUpTrain(command: Command): void {
  const { number, choice } = settings(SENTIMENT_DEFAULTS);
  command
    .description(
      "Trains a classifier of texts (opinions, topics, languages, …), shows it beside its baselines on texts held out, and writes a model directory. The data is a table (CSV, TSV, JSON lines), a folder with a folder or a file for each class, a file for each class, or labelled trees; gzip or not.",
    )
    .argument("<data...>", "a table, a folder, trees, or a file for each class")
    .option("--text <column>", "the column with the texts (default: detected)")
    .option("--label <column>", "the column with the classes (default: detected)")
    .option("--binary", "numbers as labels become negative and positive")
    .option("--no-phrases", "of trees, learn from the sentences alone");
  command
    .addOption(part("devFile", "--dev <file>", "texts to stop and calibrate with"))
    .addOption(part("testFile", "--test <file>", "texts to measure with"))
    .addOption(number("validation", "--dev-share <x>", "held out to choose with", share("(0, 1)")))
    .addOption(number("test", "--test-share <x>", "held out to measure with", share("(0, 1)")))
    .option("--fold <i/k>", "measure with the i-th of k parts, for cross-validation")
    .option("--fold-column <column>", "the folds are in this column, and --fold is one of them");
  command
    .addOption(choice("tokens", "--tokens <kind>", "what a token is", ["word", "char"]))
    .addOption(choice("cell", "--cell <cell>", "recurrent layer", ["rnn", "lstm", "gru"]))
    .addOption(
      choice(
        "pooling",
        "--pooling <how>",
        "how the steps of a text become one vector",
        ["last", "mean", "max", "max+mean", "attention"],
        "max, of long texts max+mean",
      ),
    )
    .addOption(number("hiddenSize", "--hidden <n>", "features of each direction", wholeNumber(1)))
    .addOption(number("numLayers", "--layers <n>", "recurrent layers", wholeNumber(1)))
    .addOption(number("embeddingDim", "--embedding <n>", "features of a token", wholeNumber(1)))
    .addOption(
      number("letterNgrams", "--letters <n>", "vectors that letter n-grams share", wholeNumber(0)),
    )
    .option("--vectors <file>", "pretrained word vectors: GloVe's or word2vec's text format")
    .option("--no-bag", "do not let the bag of words vote with the network")
    .addOption(number("dropout", "--dropout <p>", "before the head", share("[0, 1)")))
    .addOption(
      number("embeddingDropout", "--embedding-dropout <p>", "of the vectors", share("[0, 1)")),
    )
    .addOption(number("wordDropout", "--word-dropout <p>", "words unread", share("[0, 1)")))
    .addOption(
      number("labelSmoothing", "--label-smoothing <x>", "spread over classes", share("[0, 1)")),
    )
    .addOption(
      choice("classWeights", "--class-weights <how>", "what rare classes count", [
        "none",
        "balanced",
      ]),
    )
    .addOption(
      number(
        "threshold",
        "--threshold <p>",
        "with two classes, the probability that makes the positive one",
        share("(0, 1)"),
      ),
    )
    .addOption(number("minFrequency", "--min-count <n>", "rarer words are unknown", wholeNumber(1)))
    .addOption(
      number("maxTokens", "--max-tokens <n>", "of longer texts, start and end", wholeNumber(2)),
    )
    .addOption(number("batchTokens", "--batch <n>", "tokens in a step", wholeNumber(1)))
    .addOption(number("lr", "--lr <x>", "highest learning rate", positive))
    .addOption(number("seed", "--seed <n>", "the same seed gives the same model", wholeNumber(0)));
  for (const option of tableOptions()) command.addOption(option);
  command.action(trainSentimentCommand);
  addRunOptions(command, {
    name: "<name of the data>-<cell>",
    budget: { epochs: USUAL_EPOCHS },
    patience: PATIENCE,
  });
  addExamples(
    command,
    [
      "unrolled train sentiment reviews.csv",
      "unrolled train sentiment tweets.jsonl --text body --label mood --class-weights balanced",
      "unrolled train sentiment train.txt --dev dev.txt --test test.txt --binary -o models/sst",
      "unrolled train sentiment names/ --tokens char -o models/languages",
    ],
    "Small data is read more often, large data less: --epochs says how often. Ctrl-C saves a checkpoint and says how to go on.",
  );
}

/** What the help says; the data decides. */
const USUAL_EPOCHS = 2;
/** Few texts are soon known by heart; with many there are not so many validations. */
const PATIENCE = 8;

/** Tokens of a text that the network reads, on average. */
function meanLength({ train }: SentimentData): number {
  return train.lengths.reduce((sum, length) => sum + length, 0) / train.length;
}

async function trainSentimentCommand(inputs: string[], options: TrainOptions): Promise<void> {
  const defaults = sentimentDefaults(options.tokens);
  const cell = options.cell ?? defaults.cell;
  const { text, label, binary, foldColumn, fold, devFile, testFile, vectors } = options;
  const { delimiter, header, encoding } = options;
  // Commander says true where nobody typed --no-…
  const [phrases, bag] = [options.phrases, options.bag].map((it) => (it ? undefined : it));
  const typed: TrainOptions = { ...options, bag };
  const pretrained = vectors === undefined ? null : openVectors(vectors);
  const run = openRun<SentimentConfig>(
    {
      task: "sentiment",
      inputs,
      name: `${stemOf(inputs[0])}-${cell}`,
      defaults: { ...defaults, embeddingDim: pretrained?.dim ?? defaults.embeddingDim },
      budget: { epochs: USUAL_EPOCHS },
      patience: PATIENCE,
      reading: {
        ...{ text, label, binary, phrases, foldColumn, fold, devFile, testFile, vectors },
        ...{ delimiter, header, encoding },
      },
    },
    typed,
  );
  const { data, ...read } = prepare(inputs, run.reading, sentimentConfig(run.config));
  checkParts(data);
  run.readFrom(read.source, {
    budget: { epochs: defaultEpochs(data, sentimentConfig(run.config)) },
    config: { pooling: usualPooling(meanLength(data)) },
  });
  const config = sentimentConfig(run.config);
  introduce(run, data, read.about);
  const known = pretrained ? useKnown(run, pretrained, data) : undefined;

  const tuned = tuneBag(run, data);
  const baselines = await measureBaselines(run, data, tuned);
  run.start({
    columns: read.columns,
    binary: run.reading.binary ?? false,
    half: read.half ?? null,
    labels: data.labels,
    grades: data.grades?.names ?? null,
    vocabSize: data.vocabulary.size,
    texts: {
      train: data.train.length + data.middle.length,
      validation: data.validation.length,
      test: data.test.length,
    },
    leftOut: data.leftOut,
    baselines: baselines.map(({ score, settings }) => ({ ...score, settings })),
  });
  const toBeat = bestOf(baselines);
  const look = CELL_LOOKS[cell];
  const watching = {
    label: run.terminal.noteStyle(look.color, look.name),
    baseline: { name: toBeat.score.name, loss: toBeat.validationLoss },
  };
  const result = await run.train(watching, (controls) =>
    trainSentiment(data, config, { ...controls, bag: tuned.bag, vectors: known }),
  );

  const outcome = measure(data, result, look.name, toBeat);
  const report = sentimentReport({
    title: `${look.name} on ${inputs.map(stemOf).join(", ")}`,
    command: run.command,
    settings: describeSettings(run.settings),
    about: [...read.about, ...describeLeftOut(data.leftOut)],
    data,
    result,
    baselines: baselines.map(({ score }) => score),
    outcome,
  });
  run.finish(
    result.fit,
    {
      parameters: result.model.numParameters(),
      evaluation: outcome.score,
      network: outcome.network,
      difference: outcome.difference,
      mix: result.model.mix,
      itemsPerSecond: run.itemsPerSecond,
    },
    saveSentimentModel(result.model),
    report,
  );
  conclude(run, result, baselines, outcome);
  const example = data.test.find((it) => it.text.length < 60 && !it.text.includes("\n"));
  run.sayNext(commandLine("run", run.directory, example?.text ?? "what a film"));
}

/** The texts as read are let go of: the collector looks at all that is held, again and again. */
function prepare(inputs: readonly string[], reading: PartsOptions, config: SentimentConfig) {
  const { parts, ...read } = readParts(inputs, reading, config);
  return { ...read, data: prepareSentiment(parts, config) };
}

/** Read once for its width, and again for the words that the data has. */
function openVectors(name: string) {
  const advice = "Keep the vectors of frequent words: head -n 400000";
  const { bytes } = readBytes(name, { most: 4e9, advice });
  return { name, bytes, dim: readVectors(bytes.subarray(0, 1 << 16), name, new Set()).dim };
}

function useKnown(
  { terminal }: TrainingRun<SentimentConfig>,
  { name, bytes }: ReturnType<typeof openVectors>,
  { vocabulary }: SentimentData,
): WordVectors {
  const known = readVectors(bytes, name, new Set(vocabulary.tokens));
  terminal.say(
    `${name}: vectors of ${known.dim} numbers for ${formatCount(known.vectors.size)} of ${formatCount(vocabulary.size)} words.`,
  );
  return known;
}

function checkParts({ validation, test }: SentimentData): void {
  const empty = validation.length === 0 ? "--dev" : test.length === 0 ? "--test" : null;
  if (empty === null) return;
  throw new FailureError(
    `No text is left to ${empty === "--dev" ? "choose" : "measure"} with: those held out repeat the training part, have no words, or have labels of their own. Give others with ${empty}.`,
  );
}

/** A simpler model, and how it does. */
interface MeasuredBaseline {
  score: Score;
  settings: string;
  evaluation: SentimentEvaluation;
  validationLoss: number;
}

function tuneBag({ terminal, config }: TrainingRun<SentimentConfig>, data: SentimentData) {
  const tuned = tunedBag(data, config, (number, of) =>
    terminal.live(`tuning the bag of words: ${number} of ${of} …`),
  );
  terminal.live("");
  return tuned;
}

async function measureBaselines(
  { terminal, config }: TrainingRun<SentimentConfig>,
  data: SentimentData,
  { baseline }: TunedBag,
): Promise<MeasuredBaseline[]> {
  terminal.live("training the bag of embeddings …");
  const all = [majorityBaseline(data), await embeddingsBaseline(data, config), baseline];
  terminal.live("");
  const judge = { labels: data.labels, config, positive: positiveOf(data.labels) };
  terminal.print("What simpler models reach on the texts held out:");
  const measured = all.map(({ name, settings: how, logits }): MeasuredBaseline => {
    const evaluation = evaluationOf(logits(data.test), data.test, judge);
    const { logLoss } = evaluationOf(logits(data.validation), data.validation, judge);
    terminal.print(`  ${percent(evaluation.accuracy)}  ${name}${how && ` (${how})`}`);
    return { score: scoreOf(name, evaluation), settings: how, evaluation, validationLoss: logLoss };
  });
  terminal.print();
  return measured;
}

function bestOf(baselines: readonly MeasuredBaseline[]): MeasuredBaseline {
  return baselines.reduce((a, b) => (b.score.accuracy > a.score.accuracy ? b : a));
}

/** What came out: the network with the bag of words, if that votes, and the network alone. */
export interface Outcome {
  evaluation: SentimentEvaluation;
  score: Score;
  /** The network's own answers, before and after calibration. */
  alone: SentimentEvaluation;
  network: Score;
  /** To the best baseline. */
  difference: Estimate;
  toBeat: Score;
}

function measure(
  { test }: SentimentData,
  { model }: SentimentResult,
  name: string,
  toBeat: MeasuredBaseline,
): Outcome {
  const { network } = voicesOf(model, test);
  const alone = evaluationOf(network, test, model);
  const evaluation = evaluateSentiment(model, test);
  const targets = test.map(({ target }) => target);
  return {
    evaluation,
    score: scoreOf(model.bag ? `${name} + bag of words` : name, evaluation),
    alone,
    network: networkScore(model, alone),
    difference: accuracyDifference(evaluation.answers, toBeat.evaluation.answers, targets),
    toBeat: toBeat.score,
  };
}

function introduce(
  { terminal, settings: { budget } }: TrainingRun<SentimentConfig>,
  { labels, grades, train, middle, validation, test, vocabulary, leftOut }: SentimentData,
  about: readonly string[],
): void {
  for (const sentence of [...about, ...describeLeftOut(leftOut)]) terminal.say(sentence);
  const counts = labels.map(
    (label, c) => `${label} ${formatCount(train.targets.filter((target) => target === c).length)}`,
  );
  const shown =
    counts.length > 8 ? [...counts.slice(0, 8), `and ${counts.length - 8} more`] : counts;
  terminal.say(
    `${formatCount(train.length)} texts to learn from (${shown.join(", ")}), ${formatCount(validation.length)} to choose with, ${formatCount(test.length)} to measure with; ${formatCount(vocabulary.size)} different tokens.`,
  );
  if (grades) {
    terminal.say(
      `The network learns the grades ${grades.names.join(", ")}, also from ${plural(middle.length, "text")} in the middle; a class is as probable as its grades together.`,
    );
  }
  if ("epochs" in budget) terminal.say(`They are read ${plural(budget.epochs, "time")}.`);
  terminal.print();
}

function conclude(
  { terminal, itemsPerSecond }: TrainingRun<SentimentConfig>,
  { model, fit }: SentimentResult,
  baselines: readonly MeasuredBaseline[],
  { network, score, toBeat, difference }: Outcome,
): void {
  const look = CELL_LOOKS[model.config.cell];
  terminal.print();
  terminal.say(
    `${terminal.style(look.color, look.name)}: ${describeFit(fit, model.numParameters(), { perSecond: itemsPerSecond, items: "tokens" })}.`,
  );
  terminal.print();
  terminal.print(scoreTable([...baselines.map((it) => it.score), network, score]));
  terminal.print();
  terminal.say(verdict(score, toBeat, difference));
  terminal.print();
}
