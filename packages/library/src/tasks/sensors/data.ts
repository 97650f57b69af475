/**
 * @file Cases → scaled values and answers as numbers → batches. All that is learned of the data
 * (means, deviations, classes) comes from the training cases alone.
 */

import {
  ArgumentError,
  collateSequences,
  DataLoader,
  FormatError,
  RandomGenerator,
  randomSplit,
  tensor,
  type Tensor,
} from "unrolled";
import { kindOfAnswers, type SensorCase, type SensorSet } from "./cases.ts";
import type { SensorConfig } from "./config.ts";

/** What a model knows of its data: enough to read a new recording and to name its answer. */
export interface SensorScheme {
  channels: readonly string[];
  /** Of each channel, over all steps of all training cases. */
  means: readonly number[];
  deviations: readonly number[];
  /** The answers by id; null where they are numbers. */
  classes: readonly string[] | null;
  /** Of the answers, where they are numbers: they are learned at mean 0 and deviation 1. */
  answerMean: number;
  answerDeviation: number;
}

export interface SensorData {
  scheme: SensorScheme;
  train: readonly SensorCase[];
  /** Decides which weights are kept; empty where cases are few. */
  validation: readonly SensorCase[];
}

export interface SensorBatch {
  /** [batch, seq, channels], scaled. */
  values: Tensor;
  /** [batch] */
  lengths: Int32Array;
  /** [batch]: class ids, or scaled numbers. */
  answers: Tensor;
}

/** Fewer cases than this decide nothing. */
const LEAST_VALIDATION = 10;

/**
 * Takes the validation part out of the training cases and measures the rest.
 *
 * @throws FormatError if no case has an answer; ArgumentError if all have the same
 */
export function prepareSensors(set: SensorSet, config: SensorConfig): SensorData {
  const kind = kindOfAnswers(set);
  const cases = set.cases.filter(({ answer }) => answer !== null);
  const kinds = new Set(cases.map(({ answer }) => answer));
  if (kinds.size < 2) {
    throw new ArgumentError(
      `sensors: expected at least two different answers, got only ${JSON.stringify([...kinds][0])} in ${cases.length} cases: there is nothing to learn.`,
    );
  }
  const { train, validation } = holdOut(cases, kind, config);
  return { scheme: measure(set.channels, train, kind), train, validation };
}

function holdOut(
  cases: readonly SensorCase[],
  kind: "classes" | "numbers",
  { validation: share, seed }: SensorConfig,
): Pick<SensorData, "train" | "validation"> {
  if (cases.length * share < LEAST_VALIDATION) return { train: cases, validation: [] };
  const [train, validation] = split(cases, share, kind, seed);
  return { train, validation };
}

/**
 * Takes a share of the cases away to measure on, evenly of all classes.
 *
 * @throws ArgumentError if either part would be empty
 */
export function splitSensors(
  set: SensorSet,
  share: number,
  seed: number,
): { train: SensorSet; test: SensorSet } {
  const [train, test] = split(set.cases, share, kindOfAnswers(set), seed);
  return { train: { ...set, cases: train }, test: { ...set, cases: test } };
}

function split(
  cases: readonly SensorCase[],
  share: number,
  kind: "classes" | "numbers",
  seed: number,
): [rest: SensorCase[], part: SensorCase[]] {
  const parts = randomSplit(
    cases,
    { rest: 1 - share, part: share },
    {
      stratifyBy: kind === "classes" ? ({ answer }) => answer : undefined,
      generator: new RandomGenerator(seed),
    },
  );
  const casesOf = ({ indices }: { indices: ArrayLike<number> }) =>
    Array.from(indices, (index) => cases[index]);
  return [casesOf(parts.rest), casesOf(parts.part)];
}

function measure(
  channels: readonly string[],
  cases: readonly SensorCase[],
  kind: "classes" | "numbers",
): SensorScheme {
  const means: number[] = [];
  const deviations: number[] = [];
  for (let c = 0; c < channels.length; c++) {
    const moments = momentsOf(
      cases.flatMap(({ values, steps }) =>
        Array.from({ length: steps }, (_, t) => values[t * channels.length + c]),
      ),
    );
    means.push(moments.mean);
    deviations.push(moments.deviation);
  }
  if (kind === "classes") {
    const classes = [...new Set(cases.map(({ answer }) => String(answer)))].sort(byNumberOrName);
    return { channels, means, deviations, classes, answerMean: 0, answerDeviation: 1 };
  }
  const { mean, deviation } = momentsOf(cases.map(({ answer }) => Number(answer)));
  return {
    channels,
    means,
    deviations,
    classes: null,
    answerMean: mean,
    answerDeviation: deviation,
  };
}

/** A constant has deviation 1: there is nothing to scale. */
function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) || 1 };
}

function byNumberOrName(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** The steps of a case, each channel at mean 0 and deviation 1 of the training cases. */
export function scaledSteps(
  { channels, means, deviations }: SensorScheme,
  { values, steps }: SensorCase,
): Float64Array[] {
  const width = channels.length;
  return Array.from({ length: steps }, (_, t) =>
    Float64Array.from(means, (mean, c) => (values[t * width + c] - mean) / deviations[c]),
  );
}

/** A case's answer as it is learned: a class id, or a scaled number. */
export function encodeAnswer(scheme: SensorScheme, { id, answer }: SensorCase): number {
  if (!scheme.classes) return (Number(answer) - scheme.answerMean) / scheme.answerDeviation;
  const found = scheme.classes.indexOf(String(answer));
  if (found >= 0) return found;
  throw new FormatError(
    `sensors: case ${id} has the answer ${JSON.stringify(answer)}, which no training case has. The model knows ${scheme.classes.join(", ")}.`,
  );
}

export function collateCases(scheme: SensorScheme, cases: readonly SensorCase[]): SensorBatch {
  const { values, lengths } = collateSequences(cases.map((it) => scaledSteps(scheme, it)));
  const answers = cases.map((it) => encodeAnswer(scheme, it));
  const typed = scheme.classes ? Int32Array.from(answers) : Float32Array.from(answers);
  return { values, lengths, answers: tensor(typed) };
}

/** Batches in a new order for every epoch. */
export function sensorBatches({ scheme, train }: SensorData, { batchSize, seed }: SensorConfig) {
  return new DataLoader(train, {
    batchSize,
    shuffle: true,
    generator: new RandomGenerator(seed),
    collate: (cases) => collateCases(scheme, cases),
  });
}

/** The recording must be of the channels that the model has learned. */
export function checkChannels(scheme: SensorScheme, set: SensorSet): void {
  if (set.channels.length === scheme.channels.length) return;
  throw new FormatError(
    `sensors: expected the ${scheme.channels.length} channels that the model was trained on (${scheme.channels.join(", ")}), got ${set.channels.length} (${set.channels.join(", ")}).`,
  );
}
