/**
 * @file Text generation: a language model of characters, words or pieces.
 *
 * In:   any text
 * Out:  a model that continues a prompt, and its loss beside the n-gram baselines
 * May import: unrolled, by its name.
 */

export {
  TEXT_DEFAULTS,
  textConfig,
  type TextCell,
  type TextConfig,
  type TextTokens,
} from "./config.ts";
export {
  configOfSize,
  TEXT_SIZES,
  passesIn,
  textSizeFor,
  usualDropouts,
  type TextSize,
  type TextSizeInfo,
} from "./sizes.ts";
export {
  decodeText,
  measuredPart,
  prepareText,
  textBatches,
  type TextBatch,
  type TextData,
  type TextPart,
} from "./data.ts";
export { countCharacters } from "./count-characters.ts";
export { TextModel, type TextState } from "./model.ts";
export { trainText, type TextResult, type TextRunOptions } from "./train.ts";
export { textComparison } from "./compare.ts";
export { evaluateText, type TextEvaluation } from "./evaluate.ts";
export {
  generateText,
  nextTokens,
  TextSession,
  type GenerateOptions,
  type NextToken,
} from "./predict.ts";
export { scoreText, type ScoredToken, type TextScore } from "./score.ts";
export { loadTextModel, saveTextModel } from "./model-files.ts";
export { textOnnx } from "./onnx.ts";
export { longRangeAccuracy, type LongRangeScore } from "./long-range.ts";
export { textBaselines, type BaselineOptions, type TextBaseline } from "./baselines.ts";
export {
  entropyRate,
  generateCorpus,
  logProbability,
  type Corpus,
  type CorpusOptions,
} from "./grammar.ts";
export type { DecidedPlace } from "./grammar-engine.ts";
