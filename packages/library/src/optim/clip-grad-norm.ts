/**
 * @file Keeps gradients from exploding: what recurrent networks need most.
 */

import { backend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { ArgumentError } from "../core/errors.ts";
import type { Parameter } from "../nn/module.ts";

/**
 * Shortens all gradients together, as if they were one vector, to a length of at most `maxNorm`:
 *
 *   norm = √(Σ g²) over all parameters, in float64
 *   g ← g · min(1, maxNorm / (norm + 10⁻⁶))
 *
 * Call it between `backward()` and `step()`. With `maxNorm` Infinity it only measures. If the norm
 * is NaN or infinite, gradients stay as they are, so that one can see where it began.
 *
 * Source: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks";
 * https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 *
 * @returns the norm before clipping
 * @throws ArgumentError if maxNorm is negative or NaN
 *
 * @example
 * const x = tensor([3, 4], { requiresGrad: true });
 * x.mul(x).sum().backward(); // the gradient is [6, 8]
 * nn.utils.clipGradNorm([x], 5); // 10
 * x.grad!.toArray(); // [3, 4]
 */
export function clipGradNorm(params: Iterable<Parameter>, maxNorm: number): number {
  if (!(maxNorm >= 0)) {
    throw new ArgumentError(
      `clipGradNorm: expected maxNorm to be 0 or more, got ${String(maxNorm)}.`,
    );
  }
  const grads = gradientsOf(params);
  let sumOfSquares = 0;
  for (const { storage } of grads) {
    sumOfSquares += backend().sumOfSquares(storage.array as FloatArray);
  }
  const norm = Math.sqrt(sumOfSquares);
  const factor = maxNorm / (norm + 1e-6);
  if (norm < Infinity && factor < 1) {
    for (const { storage } of grads) {
      backend().scale_(storage.array as FloatArray, factor);
      storage.changed();
    }
  }
  return norm;
}

/**
 * Brings every single number of the gradients into ±`maxValue`. Changes their direction.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 *
 * @throws ArgumentError if maxValue is negative or NaN
 *
 * @example
 * const x = tensor([0.5, -4], { requiresGrad: true });
 * x.mul(x).sum().backward(); // the gradient is [1, -8]
 * nn.utils.clipGradValue([x], 2);
 * x.grad!.toArray(); // [1, -2]
 */
export function clipGradValue(params: Iterable<Parameter>, maxValue: number): void {
  if (!(maxValue >= 0)) {
    throw new ArgumentError(
      `clipGradValue: expected maxValue to be 0 or more, got ${String(maxValue)}.`,
    );
  }
  for (const { storage } of gradientsOf(params)) {
    const g = storage.array;
    for (let i = 0; i < g.length; i++) {
      if (g[i] > maxValue) g[i] = maxValue;
      else if (g[i] < -maxValue) g[i] = -maxValue;
    }
    storage.changed();
  }
}

function gradientsOf(params: Iterable<Parameter>) {
  return Array.from(params, ({ grad }) => grad).filter((grad) => grad !== null);
}
