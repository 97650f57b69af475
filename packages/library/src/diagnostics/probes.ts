/**
 * @file What states know: how single units follow a feature, and what can be read off all of them.
 */

import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";
import { noGrad } from "../autograd/index.ts";
import { readLengths, type SequenceLengths } from "../data/lengths.ts";
import { crossEntropy } from "../losses/index.ts";
import { Linear } from "../nn/index.ts";
import { Adam } from "../optim/index.ts";
import { RandomGenerator, Tensor } from "../tensor/index.ts";

export interface ProbeInputOptions {
  /** True lengths [batch] of states [seq, batch, features]: what comes after them does not count. */
  lengths?: SequenceLengths;
}

/** How one unit goes with a feature. */
export interface NeuronCorrelation {
  unit: number;
  /** Pearson's correlation coefficient, −1 to 1; 0 for a unit that never changes. */
  r: number;
}

/**
 * Ranks units by |r|, Pearson's correlation between a unit and a feature over all steps and
 * sequences: which unit follows whether a quotation is open, how deep brackets are, where the line
 * ends?
 *
 * - `states`  [seq, batch, features] as {@link hiddenStates} gives, or [n, features]
 * - `feature` [seq, batch] or [n], any numbers
 *
 * Source: Karpathy, Johnson and Fei-Fei 2015, "Visualizing and understanding recurrent networks",
 * https://arxiv.org/abs/1506.02078, for the units that are found so
 *
 * @throws ShapeError if the feature is not shaped like the states without their last axis
 *
 * @example
 * const states = tensor([[0, 1], [5, 0], [9, 1], [5, 0]]); // [n, features]
 * const [best] = neuronCorrelation(states, tensor([1, 2, 3, 2]));
 * best.unit; // 0
 * best.r; // 0.997
 */
export function neuronCorrelation(
  states: Tensor,
  feature: Tensor,
  options: ProbeInputOptions = {},
): NeuronCorrelation[] {
  const { rows } = rowsOf("neuronCorrelation", "feature", states, feature, options);
  const width = states.shape[states.rank - 1];
  const [numbers, values] = [states.storage.array, feature.storage.array];
  const n = rows.length;
  const mean = (of: (row: number) => number) => rows.reduce((sum, row) => sum + of(row), 0) / n;

  const center = mean((row) => values[row]);
  const spread = mean((row) => (values[row] - center) ** 2);
  const found = Array.from({ length: width }, (_, unit): NeuronCorrelation => {
    const of = (row: number) => numbers[row * width + unit];
    const own = mean(of);
    const variance = mean((row) => (of(row) - own) ** 2);
    const together = mean((row) => (of(row) - own) * (values[row] - center));
    const scale = Math.sqrt(variance * spread);
    return { unit, r: scale > 0 ? together / scale : 0 };
  });
  return found.sort((a, b) => Math.abs(b.r) - Math.abs(a.r) || a.unit - b.unit);
}

export interface LinearProbeOptions extends ProbeInputOptions {
  /** Share of the sequences (of the rows, with states [n, features]) to test on. Default: 0.25. */
  heldOut?: number;
  /** Steps of Adam over all training rows at once. Default: 200. */
  steps?: number;
  /** Default: 0.05. */
  lr?: number;
  /** Pull of the weights to zero, as in Adam. Default: 1e-4. */
  weightDecay?: number;
  /** Decides what is held out, and the initial weights. Default: 0. */
  seed?: number;
}

export interface LinearProbe {
  /** Share of the held-out rows that the probe gets right. */
  accuracy: number;
  /** What the most frequent class of the training rows gets right among the held-out ones. */
  majority: number;
  /** On the rows that it was trained on. */
  trainAccuracy: number;
  numClasses: number;
  /** How many rows were trained on, and how many held out. */
  rows: { train: number; heldOut: number };
  /** The trained layer, from standardised features to the scores of classes. */
  layer: Linear;
}

/**
 * How well a class can be read off the states by one linear layer, on sequences that it has not
 * seen: multinomial logistic regression of standardised states, beside the majority's baseline.
 *
 * - `states` [seq, batch, features] as {@link hiddenStates} gives, or [n, features]
 * - `labels` [seq, batch] or [n], class ids from 0 on
 *
 * Whole sequences are held out: the states of neighbouring steps are alike, so that with steps held
 * out one by one a probe could do well by memory alone. An accuracy far above the baseline says that
 * the information is there, and not that the model uses it: {@link withAblation} can tell that.
 *
 * Source: Alain and Bengio 2016, "Understanding intermediate layers using linear classifier probes",
 * https://arxiv.org/abs/1610.01644
 *
 * @throws ArgumentError if there are fewer than two classes, or nothing to hold out
 *
 * @example
 * const states = randn([20, 8, 4]); // [seq, batch, features]
 * const labels = states.select(2, 1).gt(0); // what the second feature knows
 * const { accuracy, majority } = linearProbe(states, labels);
 * accuracy > 0.9; // true
 * majority < 0.7; // true
 */
export function linearProbe(
  states: Tensor,
  labels: Tensor,
  options: LinearProbeOptions = {},
): LinearProbe {
  const { heldOut = 0.25, steps = 200, lr = 0.05, weightDecay = 1e-4, seed = 0 } = options;
  const where = "linearProbe";
  const { rows, groupOf } = rowsOf(where, "labels", states, labels, options);
  const ids = labels.storage.array;
  let numClasses = 0;
  for (const row of rows) {
    if (!Number.isInteger(ids[row]) || ids[row] < 0) {
      throw new ArgumentError(`${where}: expected class ids from 0 on, got ${ids[row]}.`);
    }
    numClasses = Math.max(numClasses, ids[row] + 1);
  }
  const generator = new RandomGenerator(seed);
  const isHeld = chosenGroups(where, new Set(rows.map(groupOf)), heldOut, generator);
  const train = rows.filter((row) => !isHeld.has(groupOf(row)));
  const held = rows.filter((row) => isHeld.has(groupOf(row)));
  const counts = new Array<number>(numClasses).fill(0);
  for (const row of train) counts[ids[row]]++;
  if (counts.filter((count) => count > 0).length < 2) {
    throw new ArgumentError(
      `${where}: expected at least two classes among the training rows, got ${counts.filter((count) => count > 0).length}.`,
    );
  }

  const standardize = standardizer(states, train);
  const [x, target] = [standardize(train), classesOf(ids, train)];
  const layer = new Linear(x.shape[1], numClasses, { generator });
  const optimizer = new Adam(layer.parameters(), { lr, weightDecay });
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    crossEntropy(layer.forward(x), target).backward();
    optimizer.step();
  }
  const accuracyOn = (some: readonly number[]) => {
    const guesses = noGrad(() => layer.forward(standardize(some)).argmax(-1)).storage.array;
    return some.filter((row, i) => guesses[i] === ids[row]).length / some.length;
  };
  const most = counts.indexOf(Math.max(...counts));
  return {
    accuracy: accuracyOn(held),
    majority: held.filter((row) => ids[row] === most).length / held.length,
    trainAccuracy: accuracyOn(train),
    numClasses,
    rows: { train: train.length, heldOut: held.length },
    layer,
  };
}

/** Which rows [n, features] count, and the sequence that each is of. */
function rowsOf(
  where: string,
  name: string,
  states: Tensor,
  values: Tensor,
  { lengths }: ProbeInputOptions,
): { rows: number[]; groupOf: (row: number) => number } {
  const expected = states.shape.slice(0, -1);
  if (states.rank < 2 || formatShape(values.shape) !== formatShape(expected)) {
    throw new ShapeError(
      `${where}: expected ${name} ${formatShape(expected)}, like the states ${formatShape(states.shape)} without their features, got ${formatShape(values.shape)}.`,
    );
  }
  const [seq, batch] = states.rank === 3 ? states.shape : [1, 0];
  if (lengths !== undefined && batch === 0) {
    throw new ArgumentError(`${where}: lengths are for states [seq, batch, features].`);
  }
  const ends = lengths === undefined ? null : readLengths(where, lengths, batch, seq);
  const all = Array.from({ length: values.size }, (_, row) => row);
  const rows = ends ? all.filter((row) => Math.floor(row / batch) < ends[row % batch]) : all;
  return { rows, groupOf: (row) => (batch === 0 ? row : row % batch) };
}

function chosenGroups(
  where: string,
  groups: Set<number>,
  share: number,
  generator: RandomGenerator,
): Set<number> {
  const list = [...groups];
  const count = Math.round(list.length * share);
  if (!(count >= 1 && count < list.length)) {
    throw new ArgumentError(
      `${where}: expected heldOut to leave something on both sides, got ${share} of ${list.length} sequences.`,
    );
  }
  for (let i = list.length - 1; i > 0; i--) {
    const j = generator.integer(i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return new Set(list.slice(0, count));
}

/** Rows as a tensor, each feature with mean 0 and deviation 1 over `train`. */
function standardizer(
  states: Tensor,
  train: readonly number[],
): (rows: readonly number[]) => Tensor {
  const width = states.shape[states.rank - 1];
  const numbers = states.storage.array;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (const row of train) for (let j = 0; j < width; j++) mean[j] += numbers[row * width + j];
  for (let j = 0; j < width; j++) mean[j] /= train.length;
  for (const row of train) {
    for (let j = 0; j < width; j++) deviation[j] += (numbers[row * width + j] - mean[j]) ** 2;
  }
  for (let j = 0; j < width; j++) deviation[j] = Math.sqrt(deviation[j] / train.length) || 1;
  return (rows) => {
    const array = new Float32Array(rows.length * width);
    for (const [i, row] of rows.entries()) {
      for (let j = 0; j < width; j++) {
        array[i * width + j] = (numbers[row * width + j] - mean[j]) / deviation[j];
      }
    }
    return new Tensor(array, [rows.length, width]);
  };
}

function classesOf(ids: ArrayLike<number>, rows: readonly number[]): Tensor {
  return new Tensor(
    Int32Array.from(rows, (row) => ids[row]),
    [rows.length],
  );
}
