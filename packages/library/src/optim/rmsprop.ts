/**
 * @file RMSprop: each number's step is divided by the running size of its own gradient.
 *
 *   g = g + λ·θ                        weight decay λ
 *   v = α·v + (1 − α)·g²
 *   u = g / (√v + ε)                   centered: √(v − a²) with a = α·a + (1 − α)·g
 *   b = μ·b + u                        momentum μ
 *   θ = θ − lr · b                     or lr · u without momentum
 */

import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { checkDecay, checkNotNegative } from "./checks.ts";
import { Optimizer, type ParameterState, type Params } from "./optimizer.ts";

export interface RMSpropOptions {
  /** The learning rate. Default: 1e-2. */
  lr?: number;
  /** How much of the past the running mean of squares keeps. Default: 0.99. */
  alpha?: number;
  /** Added to the divisor. Default: 1e-8. */
  eps?: number;
  /** Pulls parameters towards 0. Default: 0. */
  weightDecay?: number;
  /** How much of the last step is taken again. Default: 0. */
  momentum?: number;
  /** Divide by the running deviation of the gradient rather than its size. Default: `false`. */
  centered?: boolean;
}

/**
 * The formulas are at the top of the file.
 *
 * Source: Tieleman and Hinton 2012, Coursera lecture 6.5; centered: Graves 2013, "Generating
 * sequences with recurrent neural networks";
 * https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 *
 * @throws ArgumentError if there are no parameters, or a setting is outside what it may be
 *
 * @example
 * const x = tensor([1], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * new optim.RMSprop([x], { lr: 0.05, alpha: 0.99 }).step();
 * x.toArray(); // [0.5]
 */
export class RMSprop extends Optimizer<Required<RMSpropOptions>> {
  constructor(
    params: Params<Required<RMSpropOptions>>,
    {
      lr = 1e-2,
      alpha = 0.99,
      eps = 1e-8,
      weightDecay = 0,
      momentum = 0,
      centered = false,
    }: RMSpropOptions = {},
  ) {
    super(params, { lr, alpha, eps, weightDecay, momentum, centered });
  }

  protected override checkOptions(options: Required<RMSpropOptions>): void {
    checkDecay("RMSprop", "alpha", options.alpha);
    checkNotNegative("RMSprop", "eps", options.eps);
    checkNotNegative("RMSprop", "weightDecay", options.weightDecay);
    checkNotNegative("RMSprop", "momentum", options.momentum);
  }

  protected override update(
    parameter: FloatArray,
    grad: FloatArray,
    state: ParameterState,
    options: Required<RMSpropOptions>,
  ): void {
    const squares = state.array("square_avg");
    const average = options.centered ? state.array("grad_avg") : null;
    const buffer = options.momentum > 0 ? state.array("momentum_buffer") : null;
    backend().rmspropStep(parameter, grad, squares, average, buffer, options);
  }
}
