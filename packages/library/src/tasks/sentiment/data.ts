/**
 * @file Labelled texts → three parts that share nothing → vocabulary, classes and ids.
 */

import {
  ArgumentError,
  countTokens,
  kFold,
  randomSplit,
  RandomGenerator,
  Vocabulary,
  type Dataset,
} from "unrolled";
import type { SentimentConfig } from "./config.ts";
import { encodeTokens, TrainingExamples, type Example } from "./examples.ts";
import { gradesOf, sortedNames, type Grades } from "./grades.ts";
import { splitTokens } from "./tokens.ts";

/** A text to learn from. */
export interface PartText {
  text: string;
  /** What it is; nothing where that lies between the labels. */
  label?: string;
  /** Finer than the label: see {@link Grades}. */
  grade?: string;
}

/** A text and what it is. */
export interface LabelledText extends PartText {
  label: string;
  /** Pieces of the text, to learn from but not to measure with: a tree's phrases. */
  parts?: PartText[];
}

/** A text between the labels: it has a grade alone. */
export type MiddleText = Omit<LabelledText, "label">;

export interface TextParts {
  /** To learn from. */
  train: readonly LabelledText[];
  /** To learn grades from as well. Default: none. */
  middle?: readonly MiddleText[];
  /** To stop, calibrate and choose with. */
  validation: readonly LabelledText[];
  /** To measure with. */
  test: readonly LabelledText[];
}

/** How many texts of each part were left out, and why. */
export interface LeftOut {
  /** No tokens: nothing but blank space. */
  empty: { train: number; validation: number; test: number };
  /** The same text with the same label is in a part before. */
  repeated: { validation: number; test: number };
  /** Held-out texts with a label that the training part does not have, by label. */
  unknownLabels: Record<string, number>;
}

export interface SentimentData {
  /** Sorted; a class is known by its place. */
  labels: readonly string[];
  /** Null where the labels are all that can be learned. */
  grades: Grades | null;
  vocabulary: Vocabulary;
  /** Phrases of trees among them, each once. */
  train: TrainingExamples;
  /** Between the labels: a network learns from them, too, if there are grades. */
  middle: TrainingExamples;
  validation: readonly Example[];
  test: readonly Example[];
  leftOut: LeftOut;
}

export const PAD = "<pad>";
export const UNKNOWN = "<unk>";

/** Fewer texts cannot be split into three parts that each say something. */
const FEWEST_TEXTS = 12;
/** Beyond, the column is an id or a number, not a class. */
const MOST_LABELS = 200;

/**
 * Splits texts at random into the three parts, every class alike. Of texts that are there several
 * times all copies go to one part, and a held-out part keeps one of them.
 *
 * @throws ArgumentError if there are too few texts
 */
export function splitTexts(
  rows: readonly LabelledText[],
  { validation, test, seed, tokens }: SentimentConfig,
  parts: "validation" | "validation and test" = "validation and test",
): TextParts {
  if (rows.length < FEWEST_TEXTS) {
    throw new ArgumentError(
      `sentiment: expected at least ${FEWEST_TEXTS} labelled texts, to learn from some and measure with others, got ${rows.length}.`,
    );
  }
  const shareOfTest = parts === "validation" ? 0 : test;
  const { first, copies } = firstOfEach(rows, (row) => keyOf(row, tokens));
  const generator = new RandomGenerator(seed);
  const options = { generator, stratifyBy: ({ label }: LabelledText) => label };
  const train = 1 - validation - shareOfTest;
  const drawn =
    shareOfTest === 0
      ? { ...randomSplit(first, { train, validation }, options), test: [] }
      : randomSplit(first, { train, validation, test: shareOfTest }, options);
  const inTrain = new Set(listOf(drawn.train).map((row) => keyOf(row, tokens)));
  return {
    train: [...listOf(drawn.train), ...copies.filter((row) => inTrain.has(keyOf(row, tokens)))],
    validation: listOf(drawn.validation),
    test: listOf(drawn.test),
  };
}

/**
 * Fold `fold` of `k`, from 1, for cross-validation: its texts are the test part, and of the others a
 * share is for validation. The folds do not depend on `seed`, so that seeds can be compared.
 */
export function splitFold(
  rows: readonly LabelledText[],
  fold: number,
  k: number,
  config: SentimentConfig,
): TextParts {
  if (!(Number.isInteger(fold) && fold >= 1 && fold <= k)) {
    throw new ArgumentError(`sentiment: expected a fold from 1 to ${k}, got ${fold}.`);
  }
  const generator = new RandomGenerator(0);
  const folds = kFold(rows, k, { generator, stratifyBy: ({ label }) => label });
  const { train, validation: held } = folds[fold - 1];
  return { ...splitTexts(listOf(train), config, "validation"), test: listOf(held) };
}

/**
 * Learns classes and vocabulary from the training part, and encodes all three.
 *
 * Left out and counted: texts without words; held-out texts that a part before has too, and phrases
 * to learn from that are a held-out text; held-out texts whose label is not to be learned.
 *
 * @throws ArgumentError if there is one class only, or so many that they are no classes
 */
export function prepareSentiment(parts: TextParts, config: SentimentConfig): SentimentData {
  const { tokens, minFrequency, maxVocabulary, maxTokens } = config;
  const leftOut: LeftOut = {
    empty: { train: 0, validation: 0, test: 0 },
    repeated: { validation: 0, test: 0 },
    unknownLabels: {},
  };
  // A word that stands in a hundred thousand phrases is one string, or the collector has to look at
  // each of them in every step of the training.
  const known = new Map<string, string>();
  const theOne = (word: string) => known.get(word) ?? (known.set(word, word), word);
  const split = <Text extends PartText>(rows: readonly Text[]) =>
    rows.map((row) => ({ ...row, words: splitTokens(row.text, tokens).map(theOne) }));
  const withWords = (name: keyof LeftOut["empty"]) => {
    const rows = split(parts[name]);
    const kept = rows.filter(({ words }) => words.length > 0);
    leftOut.empty[name] = rows.length - kept.length;
    return kept;
  };
  const whole = withWords("train");
  const labels = sortedLabels(whole);
  const seen = new Set(whole.map(keyed));
  const heldOut = (name: "validation" | "test") => {
    const known = withWords(name).filter(({ label }) => {
      if (labels.includes(label)) return true;
      leftOut.unknownLabels[label] = (leftOut.unknownLabels[label] ?? 0) + 1;
      return false;
    });
    const kept = known.filter((row) => !seen.has(keyed(row)));
    for (const row of kept) seen.add(keyed(row));
    leftOut.repeated[name] = known.length - kept.length;
    return kept;
  };
  const validation = heldOut("validation");
  const test = heldOut("test");

  const middle = split(parts.middle ?? []);
  const pieces = split([...whole, ...middle].flatMap((row) => row.parts ?? []));
  const further = newOnes([...middle, ...pieces], seen, [...validation, ...test], labels);
  const grades = gradesOf([...whole, ...further], labels);
  const vocabulary = Vocabulary.fromCounts(
    countTokens(wordsOf(grades ? [...whole, ...middle] : whole)),
    {
      minFrequency,
      maxSize: maxVocabulary,
      specials: [PAD, UNKNOWN],
      unkToken: UNKNOWN,
    },
  );
  const example = ({ words, label, grade }: Row) => ({
    tokens: words,
    target: label === undefined ? -1 : labels.indexOf(label),
    ...(grades && { grade: grades.names.indexOf(grade!) }),
  });
  const toLearn = (rows: readonly Row[]) =>
    new TrainingExamples(rows.map(example), vocabulary, maxTokens);
  const encode = (rows: readonly Row[]): Example[] =>
    rows.map((row) => ({
      ...example(row),
      text: row.text,
      ids: encodeTokens(vocabulary, row.words, maxTokens),
    }));
  return {
    labels,
    grades,
    vocabulary,
    train: toLearn([...whole, ...further.filter(({ label }) => label !== undefined)]),
    middle: toLearn(grades ? further.filter(({ label }) => label === undefined) : []),
    validation: encode(validation),
    test: encode(test),
    leftOut,
  };
}

/** A text split into its tokens. */
type Row = PartText & { words: string[] };

function keyed({ words, label = "" }: Row): string {
  return `${label}\n${words.join(" ")}`;
}

/**
 * Each of the texts once, but for those that are to be found among the whole ones: a training text is
 * there already, and a held-out one must not be learned. In the middle none is learned that is held
 * out with a label.
 */
function newOnes(
  rows: readonly Row[],
  seen: ReadonlySet<string>,
  heldOut: readonly Row[],
  labels: readonly string[],
): Row[] {
  const held = new Set(heldOut.map(({ words }) => words.join(" ")));
  const found = new Set<string>();
  return rows.filter((row) => {
    const { words, label, grade = label } = row;
    const text = words.join(" ");
    const isKnown = label === undefined ? held.has(text) : seen.has(keyed(row));
    const isWanted = words.length > 0 && (label === undefined || labels.includes(label));
    const key = `${grade}\n${text}`;
    if (isKnown || !isWanted || found.has(key)) return false;
    found.add(key);
    return true;
  });
}

function* wordsOf(rows: readonly { words: readonly string[] }[]) {
  for (const { words } of rows) yield* words;
}

function sortedLabels(rows: readonly LabelledText[]): string[] {
  const labels = [...new Set(rows.map(({ label }) => label))];
  const [only] = labels;
  if (labels.length < 2) {
    throw new ArgumentError(
      `sentiment: expected texts of two classes at least, got ${labels.length === 0 ? "no texts" : `only ${JSON.stringify(only)}`}: there is nothing to tell apart.`,
    );
  }
  if (labels.length > MOST_LABELS || labels.length > rows.length / 2) {
    throw new ArgumentError(
      `sentiment: expected classes with several texts each, got ${labels.length} different labels in ${rows.length} texts, such as ${JSON.stringify(only)}. Is it the right column? Numbers must be made into classes first.`,
    );
  }
  return sortedNames(labels);
}

function keyOf({ text, label }: LabelledText, tokens: SentimentConfig["tokens"]): string {
  return `${label}\n${splitTokens(text, tokens).join(" ")}`;
}

function firstOfEach<T>(items: readonly T[], keyOfItem: (item: T) => string) {
  const seen = new Set<string>();
  const first: T[] = [];
  const copies: T[] = [];
  for (const item of items) {
    const key = keyOfItem(item);
    (seen.has(key) ? copies : first).push(item);
    seen.add(key);
  }
  return { first, copies };
}

function listOf<T>(dataset: Dataset<T>): T[] {
  return Array.from({ length: dataset.length }, (_, i) => dataset.at(i)!);
}
