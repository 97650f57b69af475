/**
 * @file Looking at a model must not change it.
 */

import type { Module } from "../nn/index.ts";

/** Runs `body` with the model in evaluation mode; then every module is in its own mode again. */
export function inEvaluation<T>(model: Module, body: () => T): T {
  const before = Array.from(
    model.namedModules(),
    ([, module]) => [module, module.training] as const,
  );
  model.eval();
  try {
    return body();
  } finally {
    for (const [module, training] of before) module.training = training;
  }
}

/** Runs `body` with all gradients at nothing; then they are what they were. */
export function withGradientsAside<T>(model: Module, body: () => T): T {
  const before = model.parameters().map((parameter) => [parameter, parameter.grad] as const);
  model.zeroGrad();
  try {
    return body();
  } finally {
    for (const [parameter, grad] of before) parameter.grad = grad;
  }
}

/** Runs `body` with parameters as constants: their gradients take most of the time. */
export function withoutParameterGradients<T>(model: Module, body: () => T): T {
  const before = model
    .parameters()
    .map((parameter) => [parameter, parameter.requiresGrad] as const);
  for (const [parameter] of before) parameter.requiresGrad = false;
  try {
    return body();
  } finally {
    for (const [parameter, requiresGrad] of before) parameter.requiresGrad = requiresGrad;
  }
}
