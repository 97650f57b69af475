/**
 * @file Decoding: logits become tokens.
 *
 * In:   logits [numClasses], log-probabilities [seq, batch, numClasses], or a model that gives them
 *       step by step
 * Out:  a token's id, or whole sequences with their scores
 * May import: core, backends, tensor, autograd, data, nn, losses, optim.
 */

export { sampleToken, type SamplingOptions } from "./sampling.ts";
export { ctcGreedyDecode, type CTCDecodeOptions, type CTCTranscript } from "./ctc-greedy.ts";
export { ctcBeamSearch, type CTCBeamSearchOptions, type CTCHypothesis } from "./ctc-beam-search.ts";
export type { FusionOptions, WordOptions } from "./ctc-fusion.ts";
export { ctcAlign, type CTCAlignment, type CTCAlignOptions, type CTCSpan } from "./ctc-align.ts";
export type { LanguageModel } from "./language-model.ts";
export { NgramModel, type NgramOptions, type NgramState } from "./ngram-model.ts";
export type { Hypothesis, ModelStep, SearchOptions, StepModel } from "./step-model.ts";
export { greedySearch, sampleSequences } from "./greedy-search.ts";
export { beamSearch, type BeamSearchOptions } from "./beam-search.ts";
export type { LengthPenaltyName } from "./length-penalty.ts";
export { replaceUnknown, type ReplaceUnknownOptions } from "./replace-unknown.ts";
