/**
 * @file Comparison: cells trained alike on one task, and measured.
 *
 * In:   a task, such as a memory task or a text
 * Out:  parameters, times, scores over seeds and memory spans, as plain data
 * May import: platform, core, backends, tensor, autograd, data, nn, losses, optim, decoding, metrics,
 * io, streaming, training.
 */

export {
  CELL_INFOS,
  CELL_NAMES,
  createCell,
  runCell,
  type CellInfo,
  type CellLayer,
  type CellName,
  type CellSettings,
} from "./cells.ts";
export { WindowLayer } from "./window-layer.ts";
export type { ComparableTask, TaskScore, TrainingSettings } from "./task.ts";
export { MemoryModel, type MemoryLayer } from "./memory-model.ts";
export { memoryComparison, type MemoryComparisonOptions } from "./memory-comparison.ts";
export {
  runTrial,
  type TrialOptions,
  type TrialPoint,
  type TrialProgress,
  type TrialResult,
  type TrialSpec,
} from "./trial.ts";
export type { SizeBudget, SizedCell } from "./sizes.ts";
export type { Speed } from "./speed.ts";
export {
  compare,
  type CompareOptions,
  type ComparisonEvent,
  type TrialWorkers,
} from "./compare.ts";
export type { Difference } from "./differences.ts";
export type { ComparedCell, ComparisonResult, MemorySpan, TrainingMemory } from "./result.ts";
export { REMEDIES, type Remedy, type RemedyLayer } from "./remedies.ts";
export {
  measureRemedies,
  type MeasureRemediesOptions,
  type RemedyResult,
  type RemedyRun,
} from "./measure-remedies.ts";
