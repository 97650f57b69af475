/**
 * @file Adagrad: each number's step shrinks with all the gradient it has seen.
 *
 *   g = g + λ·θ                        weight decay λ
 *   s = s + g²                         never forgets
 *   θ = θ − lr / (1 + (t − 1)·η) · g / (√s + ε)
 */

import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { checkNotNegative } from "./checks.ts";
import { Optimizer, type ParameterState, type Params } from "./optimizer.ts";

export interface AdagradOptions {
  /** The learning rate. Default: 1e-2. */
  lr?: number;
  /** η: how fast the learning rate itself shrinks. Default: 0. */
  lrDecay?: number;
  /** Pulls parameters towards 0. Default: 0. */
  weightDecay?: number;
  /** What the sum of squares starts from. Default: 0. */
  initialAccumulatorValue?: number;
  /** Added to the divisor. Default: 1e-10. */
  eps?: number;
}

/**
 * For rare features, such as the embeddings of rare words: they keep large steps.
 *
 * Source: Duchi et al. 2011, "Adaptive subgradient methods for online learning and stochastic
 * optimization"; https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 *
 * @throws ArgumentError if there are no parameters, or a setting is outside what it may be
 *
 * @example
 * const x = tensor([1], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * new optim.Adagrad([x], { lr: 0.5 }).step();
 * x.toArray(); // [0.5]
 */
export class Adagrad extends Optimizer<Required<AdagradOptions>> {
  constructor(
    params: Params<Required<AdagradOptions>>,
    {
      lr = 1e-2,
      lrDecay = 0,
      weightDecay = 0,
      initialAccumulatorValue = 0,
      eps = 1e-10,
    }: AdagradOptions = {},
  ) {
    super(params, { lr, lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  protected override checkOptions(options: Required<AdagradOptions>): void {
    checkNotNegative("Adagrad", "lrDecay", options.lrDecay);
    checkNotNegative("Adagrad", "weightDecay", options.weightDecay);
    checkNotNegative("Adagrad", "initialAccumulatorValue", options.initialAccumulatorValue);
    checkNotNegative("Adagrad", "eps", options.eps);
  }

  protected override update(
    parameter: FloatArray,
    grad: FloatArray,
    state: ParameterState,
    options: Required<AdagradOptions>,
  ): void {
    const sums = state.array("sum", options.initialAccumulatorValue);
    const lr = options.lr / (1 + (state.step - 1) * options.lrDecay);
    backend().adagradStep(parameter, grad, sums, { ...options, lr });
  }
}
