/**
 * @file Decoding: logits become tokens.
 *
 * In:   logits [numClasses]
 * Out:  a token's id
 * May import: core, backends, tensor, autograd, data, nn, losses, optim.
 */

export { sampleToken, type SamplingOptions } from "./sampling.ts";
export type { LanguageModel } from "./language-model.ts";
export { NgramModel, type NgramOptions, type NgramState } from "./ngram-model.ts";
