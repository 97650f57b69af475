/**
 * @file Adam and AdamW: steps of about the same size for every number, whatever its gradient's.
 *
 *   m = β₁·m + (1 − β₁)·g                 running mean of the gradient
 *   v = β₂·v + (1 − β₂)·g²                and of its square
 *   m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)    both start at 0: this undoes the bias
 *   θ = θ − lr · m̂ / (√v̂ + ε)
 *
 * Weight decay λ: Adam adds λ·θ to g; AdamW first shrinks θ by lr·λ·θ, apart from the gradient's
 * size. With amsgrad, v̂ uses the largest v so far.
 */

import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { checkBetas, checkNotNegative } from "./checks.ts";
import { Optimizer, type ParameterState, type Params } from "./optimizer.ts";

export interface AdamOptions {
  /** The learning rate. Default: 1e-3. */
  lr?: number;
  /** How much of the past the two running means keep. Default: [0.9, 0.999]. */
  betas?: [number, number];
  /** Added to the divisor. Default: 1e-8. */
  eps?: number;
  /** Pulls parameters towards 0. Default: 0 for Adam, 0.01 for AdamW. */
  weightDecay?: number;
  /** Divide by the largest running mean of squares so far. Default: `false`. */
  amsgrad?: boolean;
}

/**
 * The usual first choice for recurrent networks. The formulas are at the top of the file.
 *
 * Source: Kingma and Ba 2015, "Adam: a method for stochastic optimization"; amsgrad: Reddi et al.
 * 2018, "On the convergence of Adam and beyond";
 * https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 *
 * @throws ArgumentError if there are no parameters, or a setting is outside what it may be
 *
 * @example
 * const x = tensor([1], { requiresGrad: true });
 * const optimizer = new optim.Adam([x], { lr: 0.5 });
 * x.mul(x).sum().backward();
 * optimizer.step();
 * x.toArray(); // [0.5]
 */
export class Adam extends Optimizer<Required<AdamOptions>> {
  constructor(
    params: Params<Required<AdamOptions>>,
    {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      amsgrad = false,
    }: AdamOptions = {},
  ) {
    super(params, { lr, betas, eps, weightDecay, amsgrad });
  }

  /** Whether weight decay passes the running means by, as in {@link AdamW}. */
  protected get decoupledWeightDecay(): boolean {
    return false;
  }

  protected override checkOptions({ betas, eps, weightDecay }: Required<AdamOptions>): void {
    const where = this.constructor.name; // Adam or AdamW
    checkBetas(where, betas);
    checkNotNegative(where, "eps", eps);
    checkNotNegative(where, "weightDecay", weightDecay);
  }

  protected override update(
    parameter: FloatArray,
    grad: FloatArray,
    state: ParameterState,
    options: Required<AdamOptions>,
  ): void {
    const { lr, eps, weightDecay, amsgrad } = options;
    const [beta1, beta2] = options.betas;
    const m = state.array("exp_avg");
    const v = state.array("exp_avg_sq");
    const vMax = amsgrad ? state.array("max_exp_avg_sq") : null;
    backend().adamStep(parameter, grad, m, v, vMax, {
      stepSize: lr / (1 - beta1 ** state.step),
      beta1,
      beta2,
      vScale: 1 / Math.sqrt(1 - beta2 ** state.step),
      eps,
      pull: this.decoupledWeightDecay ? 0 : weightDecay,
      shrink: this.decoupledWeightDecay ? lr * weightDecay : 0,
    });
  }
}

/**
 * Adam with weight decay that does not pass through the running means: what most models use today.
 *
 * Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization";
 * https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 *
 * @throws ArgumentError if there are no parameters, or a setting is outside what it may be
 *
 * @example
 * const model = new nn.Linear(3, 2);
 * const optimizer = new optim.AdamW([
 *   { params: [model.weight], weightDecay: 0.1 },
 *   { params: [model.bias!], weightDecay: 0 },
 * ]);
 * optimizer.paramGroups[0].lr; // 0.001
 */
export class AdamW extends Adam {
  constructor(
    params: Params<Required<AdamOptions>>,
    { weightDecay = 1e-2, ...options }: AdamOptions = {},
  ) {
    super(params, { ...options, weightDecay });
  }

  protected override get decoupledWeightDecay(): boolean {
    return true;
  }
}
