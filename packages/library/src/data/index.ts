/**
 * @file Data: text becomes ids, ids become batches.
 *
 * In:   text, or items of any kind
 * Out:  ids and targets [batch, seq], lengths [batch], as Int32Array
 * May import: core, backends, tensor, autograd.
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
export { BpeTokenizer, type BpeTokenizerJSON, type BpeTokenizerOptions } from "./tokenizers/bpe.ts";
export { tokenizerFromJSON } from "./tokenizers/tokenizer-from-json.ts";

export { splitByPosition } from "./split-by-position.ts";
export { BpttBatches, type BpttBatch, type BpttBatchesOptions } from "./bptt-batches.ts";
export type { Dataset } from "./dataset.ts";
export { DataLoader, type DataLoaderOptions } from "./data-loader.ts";
export { padSequence, type PaddedBatch, type PadSequenceOptions } from "./pad-sequence.ts";
