/**
 * @file Metrics: predictions and targets become numbers that people compare.
 *
 * In:   class ids, scores [..., numClasses], losses in nats
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
export { accuracy, type AccuracyOptions, type ClassIds, type Scores } from "./accuracy.ts";
export { MovingAverage, RunningMean } from "./averages.ts";
