/**
 * @file Sequential MNIST: an image is read one pixel at a time; what does it show?
 */

import { ArgumentError, checkSize, formatShape, ShapeError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import { tensor } from "../../tensor/creation.ts";
import { RandomGenerator } from "../../tensor/random.ts";
import { shareAllRight, type MemoryBatch, type MemoryTask } from "./memory-task.ts";

/** Bytes with a shape, as {@link loadIdx} gives them. */
export interface Bytes {
  shape: readonly number[];
  data: ArrayLike<number>;
}

export interface SequentialMnistOptions {
  /** A seed: all images in the same random order of pixels. `false`: row by row. Default: `false`. */
  permuted?: number | false;
}

/** A memory task whose sequences are not generated: there are `count`, and each can be asked for. */
export interface SequentialImages extends MemoryTask {
  /** Images. */
  readonly count: number;
  /** The images with these indices: for one pass over all of them. */
  at(indices: ArrayLike<number>): MemoryBatch;
}

/**
 * Sequential MNIST (Le, Jaitly & Hinton 2015, "A simple way to initialize recurrent networks of
 * rectified linear units", section 4.2): input [batch, height · width, 1], the pixels row by row from
 * 0 (black) to 1; target [batch]: the label. With `permuted`, the same random order of the pixels for
 * all images, so that what lay side by side is spread over the whole sequence.
 *
 * Works for any grey images of one size, such as Fashion-MNIST, and any number of classes.
 *
 * How far back the answer lies is nowhere exactly known; it is at most the whole image: lag = steps − 1.
 * Without memory, a class is as likely as it is frequent: −Σ p ln p over the shares p of the labels
 * given, which is ln 10 = 2.3026 for equal shares (2.3012 for MNIST's training set). Solved is an
 * image whose label has the highest score: the success rate is the accuracy.
 *
 * `batch` draws images with repetition; `at` gives those that are asked for.
 *
 * @throws ShapeError if images are not [count, height, width] or labels not [count]
 * @throws ArgumentError if there is no image
 *
 * @example
 * const images = { shape: [2, 1, 3], data: [0, 51, 255, 255, 0, 0] };
 * const task = sequentialMnist(images, { shape: [2], data: [1, 0] });
 * task.length; // 3
 * task.baseline.score; // 0.6931
 * const { input, targets } = task.at([0]);
 * input.toArray(); // [[[0], [0.2], [1]]]
 * targets.toArray(); // [1]
 */
export function sequentialMnist(
  images: Bytes,
  labels: Bytes,
  { permuted = false }: SequentialMnistOptions = {},
): SequentialImages {
  const [count, ...size] = images.shape;
  if (size.length !== 2 || labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new ShapeError(
      `sequentialMnist: expected images [count, height, width] and labels [count], got ${formatShape(images.shape)} and ${formatShape(labels.shape)}.`,
    );
  }
  const steps = sizeOf(size);
  if (count === 0 || steps === 0) {
    throw new ArgumentError(
      `sequentialMnist: expected images with pixels, got ${formatShape(images.shape)}.`,
    );
  }
  const order = permuted === false ? null : new RandomGenerator(permuted).permutation(steps);
  const frequencies = frequenciesOf(labels.data);

  const task: SequentialImages = {
    name: permuted === false ? "sequential-mnist" : "permuted-mnist",
    inputSize: 1,
    inputKind: "features",
    outputSize: frequencies.length,
    form: "classification",
    lag: steps - 1,
    length: steps,
    count,
    baseline: {
      score: -frequencies.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0),
      what: "each class as often as it comes",
    },
    loss: "cross-entropy",
    batch(batchSize, generator) {
      checkSize("sequentialMnist, batch", "batchSize", batchSize);
      return task.at(Int32Array.from({ length: batchSize }, () => generator.integer(count)));
    },
    at(indices) {
      const input = new Float64Array(indices.length * steps);
      for (let b = 0; b < indices.length; b++) {
        checkIndex(indices[b], count);
        const start = indices[b] * steps;
        for (let t = 0; t < steps; t++) {
          input[b * steps + t] = images.data[start + (order ? order[t] : t)] / 255;
        }
      }
      return {
        input: tensor(input, { shape: [indices.length, steps, 1], dtype: "float32" }),
        targets: tensor(Int32Array.from(indices, (index) => labels.data[index])),
      };
    },
    successRate: (predictions, targets) =>
      shareAllRight("sequentialMnist, successRate", predictions, targets),
  };
  return task;
}

/** The share of every class from 0 to the highest label. */
function frequenciesOf(labels: ArrayLike<number>): number[] {
  const counts: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    while (counts.length <= labels[i]) counts.push(0);
    counts[labels[i]]++;
  }
  return counts.map((n) => n / labels.length);
}

function checkIndex(index: number, count: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new ArgumentError(
    `sequentialMnist, at: expected indices from 0 to ${count - 1}, got ${String(index)}.`,
  );
}
