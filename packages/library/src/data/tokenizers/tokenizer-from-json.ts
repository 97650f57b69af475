/**
 * @file Any tokenizer from what its `toJSON` gave: how a model directory gets its tokenizer back.
 */

import { BpeTokenizer } from "./bpe.ts";
import { CharTokenizer } from "./char.ts";
import { HuggingFaceTokenizer, type HuggingFaceTokenizerOptions } from "./hugging-face.ts";
import { checkTokenizerJSON, type Tokenizer } from "./tokenizer.ts";
import { WordTokenizer } from "./word.ts";

/**
 * The tokenizer that wrote `json`, with the same ids.
 *
 * `library` is for Hugging Face's tokenizers in a browser: see {@link HuggingFaceTokenizer}.
 *
 * Throws a `FormatError` that names the field where `json` is something else or of another version.
 *
 * @example
 * const stored = JSON.stringify(CharTokenizer.train("abc"));
 * tokenizerFromJSON(JSON.parse(stored)).encode("cab"); // [2, 0, 1]
 */
export function tokenizerFromJSON(
  json: unknown,
  options: Pick<HuggingFaceTokenizerOptions, "library"> = {},
): Tokenizer {
  const { kind } = checkTokenizerJSON(json);
  switch (kind) {
    case "char":
      return CharTokenizer.fromJSON(json);
    case "word":
      return WordTokenizer.fromJSON(json);
    case "bpe":
      return BpeTokenizer.fromJSON(json);
    case "huggingface":
      return HuggingFaceTokenizer.fromJSON(json, options);
  }
}
