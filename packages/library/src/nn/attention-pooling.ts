/**
 * @file One vector for a sequence: the mean of its steps, weighted by what each has to say.
 *
 *   e[t] = vᵀ·tanh(W·x[t] + b)
 *   a    = softmax(e)            over the steps that count; 0 at the others
 *   y    = Σ a[t] · x[t]
 */

import { checkLastAxis, checkSize } from "../core/errors.ts";
import { full, zeros } from "../tensor/creation.ts";
import { where } from "../tensor/ops/indexing.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";
import { batchOfSteps, countingSteps, type CountingOptions } from "./pool-over-time.ts";

export interface AttentionPoolingOptions {
  /** Features in which the steps are judged: rows of W. Default: `inputSize`. */
  attentionSize?: number;
  /** `true`: [batch, seq, features]; `false`: [seq, batch, features]. Default: `false`. */
  batchFirst?: boolean;
  /** Where the initial weights come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * A weighted mean over time whose weights are learned: the equations are at the top of this file.
 *
 * - `x`       [seq, batch, inputSize], or [batch, seq, inputSize] if `batchFirst`
 * - `output`  [batch, inputSize]
 * - `weights` [batch, seq], which add up to 1: which steps were looked at
 *
 * Parameters: `projection.weight` [attentionSize, inputSize] and `projection.bias`, W and b;
 * `score.weight` [1, attentionSize], v. All start as those of {@link Linear}.
 *
 * Source: Yang et al. 2016, "Hierarchical attention networks for document classification",
 * equations 5–7; without the bias, Lin et al. 2017, https://arxiv.org/abs/1703.03130
 *
 * @throws ArgumentError in `forward`, if in some sequence no step counts
 *
 * @example
 * const pool = new nn.AttentionPooling(4, { batchFirst: true });
 * const [output, weights] = pool.forward(randn([2, 3, 4]), { lengths: [3, 1] });
 * output.shape; // [2, 4]
 * weights.select(0, 1).toArray(); // [1, 0, 0]
 */
export class AttentionPooling extends Module {
  readonly inputSize: number;
  readonly batchFirst: boolean;
  readonly projection: Linear;
  readonly score: Linear;

  constructor(
    inputSize: number,
    { attentionSize = inputSize, batchFirst = false, generator }: AttentionPoolingOptions = {},
  ) {
    super();
    checkSize("AttentionPooling", "inputSize", inputSize);
    checkSize("AttentionPooling", "attentionSize", attentionSize);
    this.inputSize = inputSize;
    this.batchFirst = batchFirst;
    this.projection = new Linear(inputSize, attentionSize, { generator });
    this.score = new Linear(attentionSize, 1, { bias: false, generator });
  }

  /** Steps [seq, batch, inputSize] (or batch first) → [batch, inputSize] and weights [batch, seq] */
  forward(x: Tensor, counting: CountingOptions = {}): [output: Tensor, weights: Tensor] {
    const name = "AttentionPooling.forward";
    const given = batchOfSteps(name, x, this.batchFirst);
    checkLastAxis(name, x.shape, "inputSize", this.inputSize);
    const mask = countingSteps(name, given.shape, counting);
    // Padding is 0 from here on: a weight of 0 would not hide a NaN.
    const steps = mask ? where(mask.unsqueeze(-1), given, zeros([])) : given;

    const scores = this.score.forward(this.projection.forward(steps).tanh()).squeeze(-1);
    const weights = (mask ? where(mask, scores, full([], -Infinity)) : scores).softmax(1);
    const output = weights.unsqueeze(1).matmul(steps).squeeze(1);
    return [output, weights];
  }

  override whyNotCausal(): string | null {
    return "attention over all steps needs the whole sequence";
  }
}
