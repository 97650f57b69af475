/**
 * @file Data: text becomes ids, ids become batches.
 *
 * In:   text, series, files, or items of any kind
 * Out:  ids, features and targets [batch, seq, …], lengths [batch]
 * May import: platform, core, backends, tensor, autograd.
 */

export {
  countTokens,
  Vocabulary,
  type VocabularyJSON,
  type VocabularyOptions,
} from "./vocabulary.ts";

export type { StreamingDecoder, Tokenizer, TokenizerJSON } from "./tokenizers/tokenizer.ts";
export {
  CharTokenizer,
  type CharTokenizerJSON,
  type CharTokenizerOptions,
} from "./tokenizers/char.ts";
export {
  WordTokenizer,
  type WordTokenizerJSON,
  type WordTokenizerOptions,
} from "./tokenizers/word.ts";
export { spacesWords, UNSPACED_LETTER } from "./tokenizers/unspaced-scripts.ts";
export { BpeTokenizer, type BpeTokenizerJSON, type BpeTokenizerOptions } from "./tokenizers/bpe.ts";
export {
  HuggingFaceTokenizer,
  type HuggingFaceLibrary,
  type HuggingFaceTokenizerJSON,
  type HuggingFaceTokenizerOptions,
} from "./tokenizers/hugging-face.ts";
export { tokenizerFromJSON } from "./tokenizers/tokenizer-from-json.ts";

export { splitByPosition } from "./split-by-position.ts";
export { BpttBatches, type BpttBatch, type BpttBatchesOptions } from "./bptt-batches.ts";
export {
  SlidingWindows,
  type Series,
  type SlidingWindowsOptions,
  type SeriesWindow,
} from "./sliding-windows.ts";

export { IdSequences } from "./id-sequences.ts";
export { ConcatDataset, MapDataset, Subset, type Dataset } from "./dataset.ts";
export {
  checkDisjoint,
  randomSplit,
  splitByTime,
  type Parts,
  type RandomSplitOptions,
  type Shares,
  type TimeSplitOptions,
} from "./split.ts";
export {
  kFold,
  rollingOrigin,
  type Fold,
  type KFoldOptions,
  type RollingOriginOptions,
} from "./folds.ts";
export type { PartitionOptions } from "./partition.ts";

export { DataLoader, type DataLoaderOptions } from "./data-loader.ts";
export { AsyncDataLoader, type AsyncDataLoaderOptions } from "./async-data-loader.ts";
export { serveBatches, type WorkerOptions } from "./batch-threads.ts";
export { StreamLoader, type ItemStream, type StreamLoaderOptions } from "./stream-loader.ts";
export { readLines, type ReadLinesOptions, type TextSource } from "./read-lines.ts";
export type { LoaderPosition } from "./epoch-cursor.ts";
export {
  balancedWeights,
  WeightedRandomSampler,
  type BatchSampler,
  type OrderOptions,
  type Sampler,
  type WeightedRandomSamplerOptions,
} from "./sampler.ts";
export { BucketBatchSampler, type BucketBatchSamplerOptions } from "./bucket-batch-sampler.ts";
export {
  SameLengthBatchSampler,
  type SameLengthBatchSamplerOptions,
} from "./same-length-batch-sampler.ts";

export {
  collateClasses,
  collateFields,
  collateIds,
  collateSequences,
  collateStacked,
  type FeatureSequence,
  type IdsBatch,
  type SequencesBatch,
} from "./collate.ts";
export {
  padSequence,
  unpadSequence,
  type PaddedBatch,
  type PadSequenceOptions,
  type PadTensorsOptions,
} from "./pad-sequence.ts";
export type { SequenceLengths } from "./lengths.ts";
export { sequenceMask } from "./sequence-mask.ts";

export type {
  LengthOrLag,
  MemoryBaseline,
  MemoryBatch,
  MemoryTask,
} from "./datasets/memory-task.ts";
export {
  addingProblem,
  type AddingDefinition,
  type AddingProblemOptions,
} from "./datasets/adding-problem.ts";
export { copyMemory, type CopyMemoryOptions } from "./datasets/copy-memory.ts";
export { temporalOrder, type TemporalOrderOptions } from "./datasets/temporal-order.ts";
export { delayedRecall, type DelayedRecallOptions } from "./datasets/delayed-recall.ts";
export { parity, type ParityOptions } from "./datasets/parity.ts";
export { dyck2, type Dyck2Options } from "./datasets/dyck2.ts";
export {
  sequentialMnist,
  type Bytes,
  type SequentialImages,
  type SequentialMnistOptions,
} from "./datasets/sequential-mnist.ts";
export {
  parsePianoRolls,
  PolyphonicMusic,
  type MusicPiece,
  type PianoRoll,
} from "./datasets/polyphonic-music.ts";
