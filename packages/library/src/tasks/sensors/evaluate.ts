/**
 * @file How good answers are: accuracy and F1 for classes, errors for numbers.
 */

import {
  accuracy,
  confusionMatrix,
  f1,
  mae,
  rmse,
  wilsonInterval,
  type Interval,
  ArgumentError,
} from "unrolled";
import type { SensorCase } from "./cases.ts";
import { encodeAnswer, type SensorScheme } from "./data.ts";
import type { SensorModel } from "./model.ts";
import { outputs, predictSensors } from "./predict.ts";

export interface ClassEvaluation {
  kind: "classes";
  cases: number;
  /** Share of right answers, 0 to 1. */
  accuracy: number;
  /** Wilson's 95 % interval of it. */
  interval: Interval;
  /** Mean of the classes' F1. */
  macroF1: number;
  /** `confusion[i][j]`: how often class i was meant and class j answered. */
  confusion: number[][];
}

export interface NumberEvaluation {
  kind: "numbers";
  cases: number;
  mae: number;
  rmse: number;
  /** 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 0 for the mean, 1 for a perfect model. */
  r2: number;
}

export type SensorEvaluation = ClassEvaluation | NumberEvaluation;

/** On cases that the model was not trained on; those without an answer do not count. */
export function evaluateSensors(
  model: SensorModel,
  cases: readonly SensorCase[],
): SensorEvaluation {
  const known = cases.filter(({ answer }) => answer !== null);
  const predictions = predictSensors(model, known).map(({ answer }) => answer);
  return scoreAnswers(model.scheme, known, predictions);
}

/** Any answers, a baseline's too. */
export function scoreAnswers(
  scheme: SensorScheme,
  cases: readonly SensorCase[],
  predictions: readonly (string | number)[],
): SensorEvaluation {
  if (cases.length === 0) {
    throw new ArgumentError("sensors: expected cases with an answer to measure on, got none.");
  }
  const { classes } = scheme;
  if (!classes)
    return scoreNumbers(
      cases.map(({ answer }) => Number(answer)),
      predictions.map(Number),
    );
  const targets = cases.map((it) => encodeAnswer(scheme, it));
  const predicted = predictions.map((answer) => classes.indexOf(String(answer)));
  const right = targets.filter((target, i) => target === predicted[i]).length;
  const numClasses = classes.length;
  return {
    kind: "classes",
    cases: cases.length,
    accuracy: accuracy(predicted, targets),
    interval: wilsonInterval(right, cases.length),
    macroF1: f1(predicted, targets, { average: "macro", numClasses }),
    confusion: confusionMatrix(predicted, targets, { numClasses }),
  };
}

function scoreNumbers(targets: number[], predictions: number[]): NumberEvaluation {
  const mean = targets.reduce((sum, y) => sum + y, 0) / targets.length;
  const total = targets.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  const left = targets.reduce((sum, y, i) => sum + (y - predictions[i]) ** 2, 0);
  return {
    kind: "numbers",
    cases: targets.length,
    mae: mae(predictions, targets),
    rmse: rmse(predictions, targets),
    r2: total === 0 ? NaN : 1 - left / total,
  };
}

/** Mean −ln p(answer), or of numbers the mean squared error in deviations. */
export function meanLoss(model: SensorModel, cases: readonly SensorCase[]): number {
  const { scheme } = model;
  const losses = outputs(model, cases).map((row, i) => {
    const answer = encodeAnswer(scheme, cases[i]);
    if (!scheme.classes) return (row[0] - answer) ** 2;
    const highest = Math.max(...row);
    const sum = row.reduce((total, x) => total + Math.exp(x - highest), 0);
    return highest + Math.log(sum) - row[answer];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
