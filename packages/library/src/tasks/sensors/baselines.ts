/**
 * @file What is reached without a recurrent network: the numbers that it has to beat.
 */

import { fit, manualSeed, nn, noGrad, optim, RandomGenerator, tensor, type Tensor } from "unrolled";
import type { SensorCase } from "./cases.ts";
import { encodeAnswer, scaledSteps, type SensorData, type SensorScheme } from "./data.ts";
import { dtwDistance } from "./dtw.ts";
import { scoreAnswers, type SensorEvaluation } from "./evaluate.ts";

export interface SensorBaseline {
  name: string;
  evaluation: SensorEvaluation;
}

/** Multiplications that the nearest neighbour may take: about ten seconds. */
const MOST_DTW_WORK = 4e9;

/**
 * Baselines, trained on all cases that the network may see (its validation part too), measured on
 * `test`:
 *
 * - the most frequent class, or the mean;
 * - a linear model of what each channel is on the whole: mean, deviation, least, largest, first, last;
 * - the nearest training case by dynamic time warping ({@link dtwDistance}), on scaled channels: the
 *   customary opponent on these archives. Where comparing all would take long, the training cases
 *   are a drawn sample, and the name says how many.
 */
export async function sensorBaselines(
  { scheme, train, validation }: SensorData,
  test: readonly SensorCase[],
): Promise<SensorBaseline[]> {
  const seen = [...train, ...validation];
  const known = test.filter(({ answer }) => answer !== null);
  const score = (answers: (string | number)[]) => scoreAnswers(scheme, known, answers);
  const neighbour = nearest(scheme, seen, known);
  return [
    scheme.classes
      ? { name: "most frequent class", evaluation: score(known.map(() => mostFrequent(seen))) }
      : { name: "mean", evaluation: score(known.map(() => scheme.answerMean)) },
    { name: "linear, of summaries", evaluation: score(await linear(scheme, seen, known)) },
    { name: neighbour.name, evaluation: score(neighbour.answers) },
  ];
}

function mostFrequent(cases: readonly SensorCase[]): string | number {
  const counts = new Map<string | number, number>();
  for (const { answer } of cases) counts.set(answer!, (counts.get(answer!) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/** Mean, deviation, least, largest, first and last of every channel. */
export function summaries(scheme: SensorScheme, sensorCase: SensorCase): number[] {
  const steps = scaledSteps(scheme, sensorCase);
  return scheme.channels.flatMap((_, c) => {
    const column = steps.map((step) => step[c]);
    const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
    const square = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;
    const [least, largest] = column.reduce(
      ([low, high], x) => [Math.min(low, x), Math.max(high, x)],
      [Infinity, -Infinity],
    );
    return [mean, Math.sqrt(square), least, largest, column[0], column[column.length - 1]];
  });
}

/** Logistic or linear regression, by AdamW over all cases at once. */
async function linear(
  scheme: SensorScheme,
  train: readonly SensorCase[],
  test: readonly SensorCase[],
): Promise<(string | number)[]> {
  const { classes } = scheme;
  const features = (cases: readonly SensorCase[]) =>
    tensor(cases.map((it) => summaries(scheme, it)));
  const inputs = features(train);
  const answers = train.map((it) => encodeAnswer(scheme, it));
  const targets = tensor(classes ? Int32Array.from(answers) : Float32Array.from(answers));
  manualSeed(0);
  const model = new nn.Linear(inputs.shape[1], classes?.length ?? 1);
  await fit({
    model,
    optimizer: new optim.AdamW(model.parameters(), { lr: 0.03, weightDecay: 0.1 }),
    batches: endless({ inputs, targets }),
    loss: (batch) =>
      classes
        ? nn.crossEntropy(model.forward(batch.inputs), batch.targets)
        : nn.mseLoss(model.forward(batch.inputs).squeeze(-1), batch.targets),
    budget: { steps: 300 },
  });
  const rows = noGrad(() => model.forward(features(test)));
  if (!classes) {
    return Array.from(rows.data, (y) => y * scheme.answerDeviation + scheme.answerMean);
  }
  return Array.from(rows.argmax(-1).data, (id) => classes[id]);
}

function endless<Batch extends Record<string, Tensor>>(batch: Batch) {
  let begun = false;
  return {
    batchesPerEpoch: 1,
    next: () => {
      begun = true;
      return { batch, startsEpoch: true };
    },
    getPosition: () => begun,
    setPosition: () => undefined,
  };
}

function nearest(
  scheme: SensorScheme,
  train: readonly SensorCase[],
  test: readonly SensorCase[],
): { name: string; answers: (string | number)[] } {
  const stepsIn = (cases: readonly SensorCase[]) => cases.reduce((sum, it) => sum + it.steps, 0);
  const work = stepsIn(train) * stepsIn(test) * scheme.channels.length;
  const kept = Math.max(1, Math.floor(train.length * Math.min(1, MOST_DTW_WORK / work)));
  const some =
    kept < train.length
      ? Array.from(new RandomGenerator(0).permutation(train.length).slice(0, kept), (i) => train[i])
      : train;
  const references = some.map((it) => ({ answer: it.answer!, steps: scaledSteps(scheme, it) }));
  const answers = test.map((it) => {
    const steps = scaledSteps(scheme, it);
    let best = { answer: references[0].answer, distance: Infinity };
    for (const { answer, steps: reference } of references) {
      const distance = dtwDistance(steps, reference, best.distance);
      if (distance < best.distance) best = { answer, distance };
    }
    return best.answer;
  });
  const of = kept < train.length ? ` (of ${kept} training cases)` : "";
  return { name: `nearest neighbour, DTW${of}`, answers };
}
