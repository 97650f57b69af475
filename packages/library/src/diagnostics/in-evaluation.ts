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
