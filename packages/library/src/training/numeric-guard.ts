/**
 * @file Stops training at the first NaN or infinity, and says where it is and what to try.
 */

import { NumericError } from "../core/errors.ts";
import type { Module } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** No network of use has a weight as large as this; one that diverges passes it within a few steps. */
const HUGE = 1e4;

/** The loss of this step must be a number. */
export function checkLoss(loss: number, step: number, lr: number, model: Module): void {
  if (Number.isFinite(loss)) return;
  const broken = firstNonFinite(model, (parameter) => parameter);
  const grown = broken ? null : firstHuge(model);
  const place = broken
    ? `the weights of "${broken}" are no longer numbers`
    : grown
      ? `the weights of "${grown.name}" have grown to ${grown.size.toPrecision(2)}`
      : "the weights are still numbers, so look at the input and the loss";
  throw new NumericError(
    `fit: the loss became ${loss} at step ${step}; ${place}. ${remedy(Boolean(broken ?? grown), lr)}`,
  );
}

/** The norm of all gradients of this step must be a number. */
export function checkGradients(norm: number, step: number, lr: number, model: Module): void {
  if (Number.isFinite(norm)) return;
  const broken = firstNonFinite(model, (parameter) => parameter.grad);
  throw new NumericError(
    `fit: the gradient of "${broken ?? "the model"}" became ${norm} at step ${step}, though the loss is a number. ${remedy(true, lr)}`,
  );
}

function firstNonFinite(model: Module, part: (parameter: Tensor) => Tensor | null): string | null {
  for (const [name, parameter] of model.namedParameters()) {
    const array = part(parameter)?.storage.array;
    if (array && !array.every(Number.isFinite)) return name;
  }
  return null;
}

function firstHuge(model: Module): { name: string; size: number } | null {
  for (const [name, parameter] of model.namedParameters()) {
    let size = 0;
    for (const value of parameter.storage.array) size = Math.max(size, Math.abs(value));
    if (size > HUGE) return { name, size };
  }
  return null;
}

function remedy(diverged: boolean, lr: number): string {
  return diverged
    ? `Lower the learning rate (now ${Number(lr.toPrecision(3))}), or clip gradients to a norm of 1.`
    : "Is there a NaN in the data, or a division by zero?";
}
