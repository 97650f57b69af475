/**
 * @file How good the answers are, and whether the probabilities mean what they say.
 */

import {
  accuracy,
  bootstrapInterval,
  classScores,
  confusionMatrix,
  expectedCalibrationError,
  noGrad,
  RandomGenerator,
  rocAuc,
  tensor,
  wilsonInterval,
  type ClassScore,
  type Estimate,
  type Interval,
} from "unrolled";
import { forEachBatch } from "./batches.ts";
import { calibrated, meanLogLoss, softmaxOf, type Logits } from "./calibrate.ts";
import type { Example } from "./examples.ts";
import type { SentimentModel } from "./model.ts";

export interface SentimentEvaluation {
  texts: number;
  accuracy: number;
  /** 95 %. */
  accuracyInterval: Interval;
  /** The mean of all classes' F1, rare ones counting as much as frequent ones. */
  macroF1: number;
  /** With two classes, the area under the ROC curve; else null, and where a class is missing. */
  auc: number | null;
  /** The mean of −ln p. */
  logLoss: number;
  /** Expected calibration error, in 15 bins. */
  calibrationError: number;
  /** `confusion[meant][answered]` */
  confusion: number[][];
  classes: ClassScore[];
  /** For every text the probabilities of the classes, and the class that was answered. */
  probabilities: Float64Array[];
  answers: number[];
}

/** Logits [texts][numClasses] of a model's two voices. */
export interface Voices {
  network: Logits;
  bag: Logits | null;
}

/** What the network and the bag of words say to every text. */
export function voicesOf(model: SentimentModel, examples: readonly Example[]): Voices {
  return {
    network: networkLogits(model, examples),
    bag: model.bag && examples.map(({ tokens }) => model.bag!.scores(tokens)),
  };
}

/** The network's logits for every text, in evaluation mode. */
export function networkLogits(model: SentimentModel, examples: readonly Example[]): Logits {
  const wasTraining = model.training;
  model.eval();
  const rows: Float64Array[] = new Array<Float64Array>(examples.length);
  try {
    forEachBatch(examples, ({ ids, lengths, spelling }, places) => {
      const logits = noGrad(() => model.forward(ids, { lengths, spelling }));
      const numClasses = logits.shape[1];
      places.forEach((place, i) => {
        rows[place] = Float64Array.from(logits.data.subarray(i * numClasses, (i + 1) * numClasses));
      });
    });
  } finally {
    model.train(wasTraining);
  }
  return rows;
}

/** The model's own logits: both voices, as its mix has them. */
export function mixedLogits({ mix }: SentimentModel, { network, bag }: Voices): Float64Array[] {
  const factors = [mix.network, mix.bag];
  return calibrated(bag ? [network, bag] : [network], { factors, offsets: mix.offsets });
}

/** Scores a model on texts that it has not seen. */
export function evaluateSentiment(
  model: SentimentModel,
  examples: readonly Example[],
): SentimentEvaluation {
  return evaluationOf(mixedLogits(model, voicesOf(model, examples)), examples, model);
}

/** The measures that follow from logits. */
export function evaluationOf(
  logits: Logits,
  examples: readonly Example[],
  { labels, config, positive }: Pick<SentimentModel, "labels" | "config" | "positive">,
): SentimentEvaluation {
  const targets = examples.map(({ target }) => target);
  const probabilities = logits.map((row) => softmaxOf(Float64Array.from(row)));
  const decide = decider(labels.length, positive, config.threshold);
  const answers = probabilities.map(decide);
  const numClasses = labels.length;
  const right = answers.filter((answer, i) => answer === targets[i]).length;
  const classes = classScores(answers, targets, { numClasses });
  const rows = tensor(Float64Array.from(probabilities.flatMap((p) => [...p])), {
    shape: [probabilities.length, numClasses],
  });
  const hasBoth = new Set(targets).size === 2;
  return {
    texts: examples.length,
    accuracy: accuracy(answers, targets),
    accuracyInterval: wilsonInterval(right, examples.length),
    macroF1: meanF1(classes),
    auc:
      numClasses === 2 && hasBoth
        ? rocAuc(
            probabilities.map((p) => p[positive]),
            targets.map((target) => Number(target === positive)),
          )
        : null,
    logLoss: meanLogLoss(logits, targets),
    calibrationError: expectedCalibrationError(rows, targets),
    confusion: confusionMatrix(answers, targets, { numClasses }),
    classes,
    probabilities,
    answers,
  };
}

/** Of the classes that there are texts of. */
function meanF1(classes: readonly ClassScore[]): number {
  const there = classes.filter(({ support }) => support > 0);
  return there.reduce((sum, { f1 }) => sum + f1, 0) / there.length;
}

/** From probabilities to a class: the likeliest, or with two classes by the threshold. */
export function decider(
  numClasses: number,
  positive: number,
  threshold: number,
): (p: Float64Array) => number {
  if (numClasses !== 2) return (p) => p.indexOf(Math.max(...p));
  return (p) => (p[positive] >= threshold ? positive : 1 - positive);
}

/**
 * How much more often answers `a` are right than answers `b` to the same texts, with the 95 %
 * interval of that difference: where it holds 0, chance may have made it.
 */
export function accuracyDifference(
  a: readonly number[],
  b: readonly number[],
  targets: readonly number[],
): Estimate {
  const differences = targets.map((target, i) => Number(a[i] === target) - Number(b[i] === target));
  return bootstrapInterval(differences, {
    numResamples: 2000,
    generator: new RandomGenerator(0),
  });
}

/** The places of the texts that the model was surest about and wrong, the worst first. */
export function worstErrors(
  { answers, probabilities }: SentimentEvaluation,
  examples: readonly Example[],
  most: number,
): number[] {
  const loss = (i: number) => -probabilities[i][examples[i].target];
  return answers
    .flatMap((answer, i) => (answer === examples[i].target ? [] : [i]))
    .sort((a, b) => loss(b) - loss(a))
    .slice(0, most);
}
