/**
 * @file Recordings in, answers out.
 */

import { collateSequences, noGrad, type Tensor } from "unrolled";
import type { SensorCase } from "./cases.ts";
import { scaledSteps } from "./data.ts";
import type { SensorModel } from "./model.ts";

export interface SensorPrediction {
  id: string;
  /** The most likely class, or the number. */
  answer: string | number;
  /** p(class) for each of the model's classes; null where the answer is a number. */
  probabilities: Float64Array | null;
}

/** Recordings read side by side at most: memory stays bounded, whatever their number. */
const BATCH = 64;

/** The answer for each case, in their order; what answer a case carries does not matter. */
export function predictSensors(
  model: SensorModel,
  cases: readonly SensorCase[],
): SensorPrediction[] {
  const { classes, answerMean, answerDeviation } = model.scheme;
  return outputs(model, cases).map((row, i) => {
    const { id } = cases[i];
    if (!classes) {
      return { id, answer: row[0] * answerDeviation + answerMean, probabilities: null };
    }
    const probabilities = softmax(row);
    const best = probabilities.indexOf(Math.max(...probabilities));
    return { id, answer: classes[best], probabilities };
  });
}

/** What the head gives for each case. */
export function outputs(model: SensorModel, cases: readonly SensorCase[]): Float64Array[] {
  const wasTraining = model.training;
  model.eval();
  try {
    return noGrad(() =>
      Array.from({ length: Math.ceil(cases.length / BATCH) }, (_, b) => {
        const some = cases.slice(b * BATCH, (b + 1) * BATCH);
        const steps = some.map((it) => scaledSteps(model.scheme, it));
        const { values, lengths } = collateSequences(steps);
        return rowsOf(model.forward(values, lengths));
      }).flat(),
    );
  } finally {
    model.train(wasTraining);
  }
}

function rowsOf({ data, shape: [rows, width] }: Tensor): Float64Array[] {
  return Array.from({ length: rows }, (_, r) =>
    Float64Array.from(data.subarray(r * width, (r + 1) * width)),
  );
}

function softmax(logits: Float64Array): Float64Array {
  const highest = Math.max(...logits);
  const weights = logits.map((x) => Math.exp(x - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
