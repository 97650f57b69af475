/**
 * @file Translation: an encoder reads a sentence, a decoder writes it in another language, and
 * attention says where it looked.
 *
 * In:   pairs of sentences
 * Out:  a model that translates, and its BLEU beside the baselines
 * May import: unrolled, by its name.
 */

export {
  TRANSLATION_ATTENTION,
  TRANSLATION_CELLS,
  TRANSLATION_DEFAULTS,
  TRANSLATION_DROPOUT,
  TRANSLATION_TOKENS,
  translationConfig,
  usualDropout,
  type TranslationConfig,
} from "./config.ts";
export {
  cleanPairs,
  defaultHeldOut,
  splitPairs,
  withoutHeldOut,
  type CleaningReport,
  type HeldOut,
  type PairSplit,
  type SentencePair,
} from "./pairs.ts";
export { decodeSentence, encodeSentence, type TranslationTokenizers } from "./tokens.ts";
export {
  EncodedPairs,
  prepareTranslation,
  translationBatches,
  type EncodedPair,
  type TranslationBatch,
  type TranslationData,
} from "./data.ts";
export { TranslationModel } from "./model.ts";
export { trainTranslation, type TranslationResult, type TranslationRunOptions } from "./train.ts";
export {
  bleuByLength,
  evaluateTranslation,
  scoreTranslations,
  type LengthBin,
  type TranslationEvaluation,
  type TranslationScores,
} from "./evaluate.ts";
export { translate, type TranslateOptions, type Translation } from "./predict.ts";
export {
  learnDictionary,
  translationBaselines,
  wordDictionary,
  type TranslationBaseline,
  type WordDictionary,
} from "./baselines.ts";
export { loadTranslationModel, saveTranslationModel } from "./model-files.ts";
export { translationOnnx } from "./onnx.ts";
