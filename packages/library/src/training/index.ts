/**
 * @file Training: the loop around all of it.
 *
 * In:   a model, an optimizer, batches and a loss
 * Out:  a trained model, and what happened on the way
 * May import: platform, core, backends, tensor, autograd, data, nn, losses, optim, decoding,
 * metrics, io.
 */

export type { AsyncBatchSource, BatchSource, Json, NextBatch } from "./batch-source.ts";
export {
  fit,
  type Budget,
  type FitEvent,
  type FitOptions,
  type FitRecord,
  type FitResult,
} from "./fit.ts";
export { warmupCosine, type Schedule, type WarmupCosineOptions } from "./schedule.ts";
export { decodeSnapshot, encodeSnapshot, type Snapshot } from "./snapshot.ts";
export { taskRun, type TaskRunOptions } from "./task-run.ts";
