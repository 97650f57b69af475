/**
 * @file Sentiment analysis, and any other sorting of texts into classes.
 *
 * In:   labelled texts
 * Out:  a model that gives a text's class with a probability that means what it says, its score
 *       beside the baselines, and the words that spoke for an answer
 * May import: unrolled, by its name.
 */

export {
  SENTIMENT_DEFAULTS,
  sentimentConfig,
  sentimentDefaults,
  usualPooling,
  type SentimentCell,
  type SentimentConfig,
  type SentimentPooling,
} from "./config.ts";
export { splitTokens, type SentimentTokens } from "./tokens.ts";
export {
  prepareSentiment,
  splitFold,
  splitTexts,
  type LabelledText,
  type LeftOut,
  type MiddleText,
  type PartText,
  type SentimentData,
  type TextParts,
} from "./data.ts";
export { TrainingExamples, type Example, type TrainingExample } from "./examples.ts";
export type { Grades } from "./grades.ts";
export { looksLikeTrees, readTrees, type TreeOptions } from "./trees.ts";
export { readVectors, type WordVectors } from "./vectors.ts";
export { positiveOf, SentimentModel, type Mix } from "./model.ts";
export {
  defaultEpochs,
  trainSentiment,
  type SentimentResult,
  type SentimentRunOptions,
} from "./train.ts";
export {
  accuracyDifference,
  evaluateSentiment,
  evaluationOf,
  voicesOf,
  worstErrors,
  type SentimentEvaluation,
  type Voices,
} from "./evaluate.ts";
export {
  embeddingsBaseline,
  majorityBaseline,
  tunedBag,
  type SentimentBaseline,
  type TunedBag,
} from "./baselines.ts";
export { BagOfNgrams, showNgram } from "./bag.ts";
export { classifyTexts, examplesFor, explainText, type SentimentAnswer } from "./predict.ts";
export { explain, type WordEffect } from "./explain.ts";
export { sentimentOnnx } from "./onnx.ts";
export { loadSentimentModel, saveSentimentModel } from "./model-files.ts";
