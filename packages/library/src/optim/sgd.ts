/**
 * @file Stochastic gradient descent, with momentum.
 *
 *   g = g + λ·θ                        weight decay λ
 *   b = μ·b + (1 − τ)·g                momentum μ, dampening τ; at the first step b = g
 *   θ = θ − lr · b                     or lr · (g + μ·b) with nesterov, or lr · g without momentum
 */

import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { ArgumentError } from "../core/errors.ts";
import { checkNotNegative } from "./checks.ts";
import { Optimizer, type ParameterState, type Params } from "./optimizer.ts";

export interface SGDOptions {
  /** The learning rate. Default: 1e-3. */
  lr?: number;
  /** How much of the last step is taken again. Default: 0. */
  momentum?: number;
  /** How much less the gradient adds to the momentum. Default: 0. */
  dampening?: number;
  /** Pulls parameters towards 0. Default: 0. */
  weightDecay?: number;
  /** Take the gradient's own step beyond that of the momentum. Default: `false`. */
  nesterov?: boolean;
}

/**
 * Steps against the gradient; with momentum, against a running sum of gradients.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html; momentum in this form:
 * Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning"
 *
 * @throws ArgumentError if there are no parameters, or a setting is outside what it may be
 *
 * @example
 * const x = tensor([1], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * new optim.SGD([x], { lr: 0.25 }).step();
 * x.toArray(); // [0.5]
 */
export class SGD extends Optimizer<Required<SGDOptions>> {
  constructor(
    params: Params<Required<SGDOptions>>,
    { lr = 1e-3, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false }: SGDOptions = {},
  ) {
    super(params, { lr, momentum, dampening, weightDecay, nesterov });
  }

  protected override checkOptions(options: Required<SGDOptions>): void {
    const { momentum, dampening, weightDecay, nesterov } = options;
    checkNotNegative("SGD", "momentum", momentum);
    checkNotNegative("SGD", "weightDecay", weightDecay);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ArgumentError(
        `SGD: nesterov needs momentum above 0 and dampening 0, got momentum ${momentum} and dampening ${dampening}.`,
      );
    }
  }

  protected override update(
    parameter: FloatArray,
    grad: FloatArray,
    state: ParameterState,
    options: Required<SGDOptions>,
  ): void {
    const { dampening, ...settings } = options;
    const buffer = options.momentum === 0 ? null : state.array("momentum_buffer");
    const share = state.step === 1 ? 1 : 1 - dampening;
    backend().sgdStep(parameter, grad, buffer, { ...settings, share });
  }
}
