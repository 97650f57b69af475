/**
 * @file Metrics: predictions and targets become numbers that people compare.
 *
 * In:   class ids, scores [..., numClasses], texts, forecasts, losses; plain arrays or tensors
 * Out:  plain numbers
 * May import: core, backends, tensor, autograd, data, nn, losses, optim.
 */

export {
  bitsPerCharacter,
  bitsToNats,
  natsPerCharacter,
  natsToBits,
  perplexity,
} from "./perplexity.ts";
export type { ClassIds, IgnoreOptions, MaskOptions, Numbers, Scores } from "./inputs.ts";

export { accuracy } from "./accuracy.ts";
export type { ClassOptions } from "./class-pairs.ts";
export { confusionMatrix, matthewsCorrelation } from "./confusion-matrix.ts";
export {
  classScores,
  f1,
  precision,
  recall,
  type Average,
  type AverageOptions,
  type ClassScore,
} from "./f1.ts";
export { rocAuc } from "./roc-auc.ts";
export { expectedCalibrationError, type CalibrationOptions } from "./calibration.ts";

export { bleu, type BleuOptions, type BleuScore } from "./bleu.ts";
export { chrf, type ChrfOptions, type ChrfScore } from "./chrf.ts";
export { tokenize13a } from "./tokenize-13a.ts";
export type { References } from "./segments.ts";
export { editCounts, editDistance, type EditCounts, type TokenSequence } from "./edit-distance.ts";
export {
  characterErrorRate,
  tokenErrorRate,
  wordErrorRate,
  type ErrorRate,
  type TranscriptOptions,
} from "./error-rates.ts";

export {
  mae,
  mase,
  pinballLoss,
  rmse,
  smape,
  type MaseOptions,
  type PinballOptions,
} from "./forecast-errors.ts";
export { intervalCoverage, winklerScore, type WinklerOptions } from "./forecast-intervals.ts";
export {
  crpsFromSamples,
  crpsGaussian,
  crpsStudentT,
  type SampleCrpsOptions,
  type StudentTOptions,
} from "./crps.ts";

export {
  normalCdf,
  normalPdf,
  normalQuantile,
  studentTCdf,
  studentTPdf,
  studentTQuantile,
} from "./distributions.ts";
export { MovingAverage, RunningMean } from "./averages.ts";
export {
  bootstrapInterval,
  meanInterval,
  wilsonInterval,
  type BootstrapOptions,
  type ConfidenceOptions,
  type Estimate,
  type Interval,
} from "./confidence-intervals.ts";
export {
  dieboldMariano,
  pairedTTest,
  permutationTest,
  type DieboldMarianoOptions,
  type PermutationOptions,
  type TestResult,
} from "./significance-tests.ts";
