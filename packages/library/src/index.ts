/**
 * @file The public API, in the order in which data travels: start reading here.
 *
 * Everything is exported flat, and layers, losses and optimizers also under PyTorch's names `nn`
 * and `optim`: `LSTM` and `nn.LSTM` are the same class.
 */

export * from "./data/index.ts";
export * as nn from "./public-nn.ts";
export * from "./nn/index.ts";
export * from "./losses/index.ts";
export { gradCheck, noGrad, type GradCheckOptions } from "./autograd/index.ts";
export * as optim from "./optim/index.ts";
export * from "./optim/index.ts";
export * from "./training/index.ts";
export * from "./diagnostics/index.ts";
export * from "./comparison/index.ts";
export * from "./metrics/index.ts";
export * from "./decoding/index.ts";
export * from "./io/index.ts";
export * from "./streaming/index.ts";
export * from "./tensor/index.ts";
export {
  availableEngines,
  ENGINE_NAMES,
  engineName,
  engineReport,
  getNumThreads,
  setNumThreads,
  useEngine,
  withEngine,
  type EngineName,
  type EngineReport,
} from "./backends/index.ts";
export {
  ArgumentError,
  AutogradError,
  DataError,
  DTypeError,
  FormatError,
  NumericError,
  ShapeError,
  UnrolledError,
} from "./core/errors.ts";
export type { DType } from "./core/dtype.ts";
