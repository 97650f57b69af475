/**
 * @file Decoding: logits become tokens.
 *
 * In:   logits [numClasses]
 * Out:  a token's id
 * May import: core, backends, tensor, autograd, data, nn, losses, optim.
 */

export { sampleToken, type SamplingOptions } from "./sampling.ts";
