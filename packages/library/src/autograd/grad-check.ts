/**
 * @file Compares gradients with finite differences, in float64.
 */

import { withEngine } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { ArgumentError, UnrolledError } from "../core/errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { noGrad } from "./tape.ts";

export interface GradCheckOptions {
  /** Step of the central difference. Default: 1e-6, near the best for float64. */
  eps?: number;
  /** Largest error allowed, relative to max(1, |a|, |b|). Default: 1e-5. */
  tolerance?: number;
}

/**
 * Compares dL/dx from `backward()` with (L(x + ε) − L(x − ε)) / 2ε, for every element of every
 * input, where L is the sum of what `fn` returns, each element with a weight of its own. Runs on
 * the `reference` engine: in float32, finite differences are too rough to tell a wrong gradient
 * from rounding.
 *
 * Inputs may be parameters of a module that `fn` uses; their values are restored afterwards.
 *
 * @returns `true`, as PyTorch's gradcheck does
 * @throws UnrolledError naming the input, the element and both numbers, if they differ
 *
 * @example
 * const x = tensor([0.5, -1.2], { requiresGrad: true });
 * gradCheck((x) => x.tanh().sum(), [x]); // true
 */
export function gradCheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { eps = 1e-6, tolerance = 1e-5 }: GradCheckOptions = {},
): true {
  if (inputs.length === 0) throw new ArgumentError("gradCheck: expected at least one input.");
  return withEngine("reference", () => {
    // The same tensor objects, since `fn` may reach them as a module's parameters, in float64.
    const restore = inputs.map((input) => input.swapToFloat64());
    try {
      check(fn, inputs, eps, tolerance);
      return true;
    } finally {
      for (const undo of restore) undo();
    }
  });
}

function check(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  eps: number,
  tolerance: number,
): void {
  const value = () => noGrad(() => weightedSum(fn(...inputs)));
  for (const input of inputs) input.grad = null;
  const output = fn(...inputs);
  output.backward(weightsLike(output));

  inputs.forEach((input, which) => {
    const array = input.storage.array as FloatArray;
    const grad = input.grad?.storage.array;
    for (let i = 0; i < array.length; i++) {
      const x = array[i];
      array[i] = x + eps;
      input.storage.changed();
      const above = value();
      array[i] = x - eps;
      input.storage.changed();
      const below = value();
      array[i] = x;
      input.storage.changed();

      const numeric = (above - below) / (2 * eps);
      const analytic = grad ? grad[i] : 0;
      const error =
        Math.abs(numeric - analytic) / Math.max(1, Math.abs(numeric), Math.abs(analytic));
      if (!(error <= tolerance)) {
        throw new UnrolledError(
          `gradCheck: input ${which}, element ${i}: backward gives ${analytic}, finite differences ${numeric} (error ${error.toExponential(1)}, allowed ${tolerance}).`,
        );
      }
    }
  });
}

/** Different for every element, so that gradients which swap places do not cancel. */
function weight(i: number): number {
  return 1 + 0.3 * Math.sin(1.7 * i);
}

function weightsLike(output: Tensor): Tensor {
  return new Tensor(
    Float64Array.from({ length: output.size }, (_, i) => weight(i)),
    output.shape,
  );
}

function weightedSum(output: Tensor): number {
  let sum = 0;
  const array = output.storage.array;
  for (let i = 0; i < array.length; i++) sum += weight(i) * array[i];
  return sum;
}
