/**
 * @file `unrolled eval` with a classifier, on other texts.
 */

import type { Command } from "commander";
import {
  evaluateSentiment,
  evaluationOf,
  examplesFor,
  loadSentimentModel,
  voicesOf,
  worstErrors,
  type Example,
  type SentimentEvaluation,
  type SentimentModel,
} from "unrolled/tasks/sentiment";
import { join } from "node:path";
import { addExamples } from "../../commands/examples.ts";
import { FailureError } from "../../errors.ts";
import { METRICS, modelReader, readMetrics } from "../../files/model-directory.ts";
import { tableOptions } from "../../files/read-table.ts";
import type { Source } from "../../files/read-bytes.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";
import { createTerminal, type Terminal } from "../../terminal/terminal.ts";
import { readLabelled, type ReadingOptions } from "./read-labelled.ts";
import { networkScore, percent, scoreOf, scoreTable, type Score } from "./scores.ts";

interface EvalOptions extends ReadingOptions {
  errors: number;
  json?: true;
}

export function setUpEval(command: Command): void {
  command
    .description(
      "Measures a classifier on labelled texts, which are read as the training data was: share of right answers, F1 of every class, calibration, confusion matrix, and the worst errors.",
    )
    .argument("<data...>", "a table, a folder, trees, or a file for each class")
    .option("--text <column>", "the column with the texts (default: detected)")
    .option("--label <column>", "the column with the classes (default: detected)")
    .option("--binary", "numbers as labels become negative and positive")
    .option("--errors <n>", "so many of the worst errors are shown", Number, 5);
  for (const option of tableOptions()) command.addOption(option);
  command.action(evalCommand);
  addExamples(command, [
    "unrolled eval runs/reviews-lstm other-reviews.csv",
    "unrolled eval runs/reviews-lstm test.tsv --text body --label mood",
  ]);
}

function evalCommand(directory: string, inputs: string[], options: EvalOptions): void {
  const terminal = createTerminal(options.json ?? false);
  const model = loadSentimentModel(modelReader(directory));
  const start = readMetrics(join(directory, METRICS)).find(({ type }) => type === "start");
  const { rows, about, source } = readLabelled(inputs, {
    ...options,
    // As in training, unless something else is said.
    usual: (start?.columns as ReadingOptions["usual"]) ?? undefined,
    binary: options.binary ?? (start?.binary as boolean | undefined),
    half: (start?.half as number | undefined | null) ?? undefined,
    phrases: false,
  });
  const examples = examplesFor(model, rows);
  const unknown = unknownLabels(
    model,
    rows.map(({ label }) => label),
  );
  if (examples.length === 0) {
    throw new FailureError(
      unknown.length > 0
        ? `None of the labels is one that the model knows: it knows ${model.labels.join(", ")}, and the data has ${unknown
            .map(([label]) => label)
            .slice(0, 10)
            .join(", ")}.`
        : "There is no text with words to measure with.",
    );
  }
  const evaluation = evaluateSentiment(model, examples);
  const alone = evaluationOf(voicesOf(model, examples).network, examples, model);
  const { name } = CELL_LOOKS[model.config.cell];
  const score = scoreOf(model.bag ? `${name} + bag of words` : name, evaluation);
  const scores = [majorityScore(model, examples), networkScore(model, alone), score];
  const isTrainingData = (start?.source as Source | undefined)?.sha256 === source.sha256;
  terminal.event({
    type: "evaluation",
    ...score,
    baselines: scores.slice(0, -1),
    labels: model.labels,
    unknown,
    isTrainingData,
  });

  for (const sentence of about) terminal.say(sentence);
  if (isTrainingData) {
    terminal.say(
      "The model was trained on this very data, so what follows says nothing about other texts. What it reaches on those held out: unrolled inspect.",
    );
  }
  if (unknown.length > 0) {
    terminal.say(
      `Left out, since the model has never seen their label: ${unknown.map(([label, n]) => `${label} (${formatCount(n)})`).join(", ")}.`,
    );
  }
  terminal.say(`${plural(examples.length, "text")}.`);
  terminal.print();
  terminal.print(scoreTable(scores));
  terminal.print();
  terminal.print(classTable(model, evaluation));
  terminal.print();
  terminal.print(confusionTable(model, evaluation));
  showErrors(terminal, model, evaluation, examples, options.errors);
}

/** The class that is most frequent in these very texts: nobody could guess better without reading. */
function majorityScore(model: SentimentModel, examples: readonly Example[]): Score {
  const counts = new Float64Array(model.labels.length);
  for (const { target } of examples) counts[target]++;
  const logits = counts.map((count) => Math.log(Math.max(count, 1e-9) / examples.length));
  const evaluation = evaluationOf(
    examples.map(() => logits),
    examples,
    model,
  );
  return scoreOf("majority", evaluation);
}

function unknownLabels(model: SentimentModel, labels: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const label of labels) {
    if (!model.labels.includes(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

function classTable({ labels }: SentimentModel, { classes }: SentimentEvaluation): string {
  return renderTable(
    [
      { title: "class", align: "left" },
      ...["texts", "precision", "recall", "F1"].map((title) => ({ title })),
    ],
    classes.map(({ support, precision, recall, f1 }, c) => [
      labels[c],
      formatCount(support),
      percent(precision),
      percent(recall),
      percent(f1),
    ]),
  );
}

/** More columns do not fit on a screen. */
const MOST_COLUMNS = 10;

function confusionTable({ labels }: SentimentModel, { confusion }: SentimentEvaluation): string {
  if (labels.length > MOST_COLUMNS) return commonConfusions(labels, confusion);
  return renderTable(
    [{ title: "meant \\ answered", align: "left" }, ...labels.map((title) => ({ title }))],
    confusion.map((row, c) => [labels[c], ...row.map(formatCount)]),
  );
}

function commonConfusions(labels: readonly string[], confusion: readonly number[][]): string {
  const pairs = confusion.flatMap((row, meant) =>
    row.flatMap((count, answered) =>
      meant === answered || count === 0 ? [] : [{ meant, answered, count }],
    ),
  );
  pairs.sort((a, b) => b.count - a.count);
  return renderTable(
    [{ title: "meant", align: "left" }, { title: "answered", align: "left" }, { title: "texts" }],
    pairs
      .slice(0, MOST_COLUMNS)
      .map(({ meant, answered, count }) => [labels[meant], labels[answered], formatCount(count)]),
  );
}

function showErrors(
  terminal: Terminal,
  { labels }: SentimentModel,
  evaluation: SentimentEvaluation,
  examples: readonly Example[],
  most: number,
): void {
  const errors = worstErrors(evaluation, examples, most);
  if (errors.length === 0) return;
  terminal.print();
  terminal.print("Surest of these, and wrong:");
  for (const i of errors) {
    const answer = evaluation.answers[i];
    const text = examples[i].text.replaceAll(/\s+/g, " ");
    terminal.print(
      `  ${labels[answer]} ${percent(evaluation.probabilities[i][answer])}, meant ${labels[examples[i].target]}: ${text.length > 90 ? `${text.slice(0, 90)}…` : text}`,
    );
  }
}
