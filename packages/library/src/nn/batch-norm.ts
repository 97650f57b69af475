/**
 * @file Batch normalisation: every feature by its mean and variance over the batch.
 *
 *   x̂ = (x − mean) / √(var + eps)
 *   y = weight ⊙ x̂ + bias
 *
 * While training, mean and var are those of the batch (var by 1/n), and the running ones move
 * towards them; afterwards they are the running ones.
 *
 *   dL/dx = (g − mean(g) − x̂ ⊙ mean(g ⊙ x̂)) / √(var + eps),  where g = dL/dy ⊙ weight
 *   dL/dx = g / √(var + eps)                                  where the running ones were used
 */

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import { ArgumentError, checkSize, formatShape, ShapeError } from "../core/errors.ts";
import { checkFloat, ones, zeros } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";
import { inEnginePrecision } from "./layer-norm.ts";
import { Module, Parameter } from "./module.ts";

export interface BatchNorm1dOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /**
   * How far the running mean and variance move towards the batch's; `null` gives the plain average
   * over all batches. Default: 0.1.
   */
  momentum?: number | null;
  /** Learn a weight, and a bias unless that is off. Default: `true`. */
  affine?: boolean;
  /** Learn an offset too. Default: `true`. */
  bias?: boolean;
  /** Keep running statistics; without them evaluation uses the batch's too. Default: `true`. */
  trackRunningStats?: boolean;
}

/**
 * Brings every feature to mean 0 and variance 1 over the batch, then scales and shifts it.
 *
 * - x [batch, numFeatures] or [batch, numFeatures, seq]: features come second, so transpose
 *   [batch, seq, feature] before and after
 * - y the same shape
 *
 * The running variance is by 1/(n − 1). Buffers: `running_mean`, `running_var`,
 * `num_batches_tracked`. For recurrent networks see {@link LayerNorm}: it asks nothing of the batch.
 *
 * Source: Ioffe and Szegedy 2015, "Batch normalization: accelerating deep network training by
 * reducing internal covariate shift";
 * https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 *
 * @throws ShapeError in `forward`, if the second axis is not numFeatures
 * @throws ArgumentError in `forward`, while training on one value per feature
 *
 * @example
 * const norm = new nn.BatchNorm1d(1, { eps: 0 });
 * norm.forward(tensor([[1], [3]])).toArray(); // [[-1], [1]]
 * norm.runningMean!.toArray(); // [0.2]
 */
export class BatchNorm1d extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null; //         [numFeatures]
  readonly bias: Parameter | null; //           [numFeatures]
  readonly runningMean: Tensor | null; //       [numFeatures]
  readonly runningVar: Tensor | null; //        [numFeatures]
  readonly numBatchesTracked: Tensor | null; // []

  constructor(
    numFeatures: number,
    {
      eps = 1e-5,
      momentum = 0.1,
      affine = true,
      bias = true,
      trackRunningStats = true,
    }: BatchNorm1dOptions = {},
  ) {
    super();
    checkSize("BatchNorm1d", "numFeatures", numFeatures);
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones([numFeatures])) : null;
    this.bias = affine && bias ? new Parameter(zeros([numFeatures])) : null;

    const buffer = (key: string, data: Tensor) =>
      trackRunningStats ? this.registerBuffer(key, data) : null;
    this.runningMean = buffer("running_mean", zeros([numFeatures]));
    this.runningVar = buffer("running_var", ones([numFeatures]));
    this.numBatchesTracked = buffer("num_batches_tracked", zeros([], { dtype: "int32" }));
  }

  /** x [batch, numFeatures] or [batch, numFeatures, seq] → the same shape */
  forward(x: Tensor): Tensor {
    this.#check(x);
    const fromBatch = this.#usesBatch();
    const statistics = fromBatch ? batchStatistics(x) : this.#running();
    if (this.training) this.#track(statistics, x.size / this.numFeatures);
    return normalize(x, statistics, fromBatch, this.weight, this.bias, this.eps);
  }

  override whyNotCausal(): string | null {
    if (this.runningMean === null) return "it has no running statistics and so uses the batch's";
    if (!this.training) return null;
    return "it uses the batch's statistics while in training mode; call eval() on the model first";
  }

  #check(x: Tensor): void {
    checkFloat("BatchNorm1d.forward", "the input", x);
    if ((x.rank !== 2 && x.rank !== 3) || x.shape[1] !== this.numFeatures) {
      throw new ShapeError(
        `BatchNorm1d.forward: expected input [batch, ${this.numFeatures}] or [batch, ${this.numFeatures}, seq] because numFeatures is ${this.numFeatures}, got ${formatShape(x.shape)}. Are features and steps swapped?`,
      );
    }
    if (this.#usesBatch() && x.size === this.numFeatures) {
      throw new ArgumentError(
        `BatchNorm1d.forward: the statistics of a batch need more than one value per feature, got ${formatShape(x.shape)}. Drop the last, short batch, or call eval() on a layer that tracks running statistics.`,
      );
    }
  }

  /** While training, and always where no running statistics are kept. */
  #usesBatch(): boolean {
    return this.training || this.runningMean === null;
  }

  #running(): Statistics {
    return {
      mean: Float64Array.from(this.runningMean!.storage.array),
      variance: Float64Array.from(this.runningVar!.storage.array),
    };
  }

  #track({ mean, variance }: Statistics, n: number): void {
    if (!this.runningMean || !this.runningVar || !this.numBatchesTracked) return;
    this.numBatchesTracked.fill_(this.numBatchesTracked.item() + 1);
    const momentum = this.momentum ?? 1 / this.numBatchesTracked.item();
    const unbiased = variance.map((v) => (v * n) / (n - 1));
    moveTowards(this.runningMean, mean, momentum);
    moveTowards(this.runningVar, unbiased, momentum);
  }
}

/** By feature. */
interface Statistics {
  mean: Float64Array;
  variance: Float64Array;
}

/** x ← x + momentum · (target − x) */
function moveTowards(x: Tensor, target: Float64Array, momentum: number): void {
  const array = x.storage.array;
  for (let i = 0; i < array.length; i++) array[i] += momentum * (target[i] - array[i]);
  x.storage.changed();
}

/** Visits runs of `seq` numbers that share a feature. */
function forEachRun(x: Tensor, visit: (feature: number, start: number, end: number) => void): void {
  const [batch, numFeatures, seq = 1] = x.shape;
  for (let row = 0, at = 0; row < batch; row++) {
    for (let feature = 0; feature < numFeatures; feature++, at += seq) visit(feature, at, at + seq);
  }
}

function batchStatistics(x: Tensor): Statistics {
  const xs = x.storage.array;
  const numFeatures = x.shape[1];
  const n = x.size / numFeatures;
  const mean = new Float64Array(numFeatures);
  const variance = new Float64Array(numFeatures);
  forEachRun(x, (feature, start, end) => {
    for (let i = start; i < end; i++) mean[feature] += xs[i] / n;
  });
  forEachRun(x, (feature, start, end) => {
    for (let i = start; i < end; i++) variance[feature] += (xs[i] - mean[feature]) ** 2 / n;
  });
  return { mean, variance };
}

function normalize(
  x: Tensor,
  { mean, variance }: Statistics,
  fromBatch: boolean,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const numFeatures = x.shape[1];
  const n = x.size / numFeatures;
  const xs = x.storage.array;
  const w = weight?.storage.array;
  const b = bias?.storage.array;
  const inverseStd = variance.map((v) => 1 / Math.sqrt(v + eps));
  const normalized = backend().alloc(x.size); // x̂
  const out = backend().alloc(x.size);
  forEachRun(x, (feature, start, end) => {
    const scale = w ? w[feature] : 1;
    const offset = b ? b[feature] : 0;
    for (let i = start; i < end; i++) {
      normalized[i] = (xs[i] - mean[feature]) * inverseStd[feature];
      out[i] = normalized[i] * scale + offset;
    }
  });

  const backwardStep = (gradY: Tensor) => {
    const grad = gradY.storage.array;
    const gradX = backend().alloc(x.size);
    const gradWeight = new Float64Array(numFeatures);
    const gradBias = new Float64Array(numFeatures);
    forEachRun(x, (feature, start, end) => {
      for (let i = start; i < end; i++) {
        gradWeight[feature] += grad[i] * normalized[i];
        gradBias[feature] += grad[i];
      }
    });
    // g = weight · dL/dy, so its means are weight times those of dL/dy.
    forEachRun(x, (feature, start, end) => {
      const scale = (w ? w[feature] : 1) * inverseStd[feature];
      const meanG = fromBatch ? gradBias[feature] / n : 0;
      const meanGX = fromBatch ? gradWeight[feature] / n : 0;
      for (let i = start; i < end; i++) {
        gradX[i] = scale * (grad[i] - meanG - normalized[i] * meanGX);
      }
    });
    return [
      new Tensor(gradX, x.shape),
      ...(weight ? [inEnginePrecision(gradWeight, weight.shape)] : []),
      ...(bias ? [inEnginePrecision(gradBias, bias.shape)] : []),
    ];
  };
  const inputs = [x, weight, bias].filter((t) => t !== null);
  return record("batchNorm", inputs, new Tensor(out, x.shape), backwardStep, {
    eps,
    fromBatch,
    mean: [...mean],
    variance: [...variance],
  });
}
