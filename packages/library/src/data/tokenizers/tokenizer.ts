/**
 * @file What every tokenizer can do, whatever its tokens are.
 */

import { FormatError } from "../../core/errors.ts";
import type { BpeTokenizerJSON } from "./bpe.ts";
import type { CharTokenizerJSON } from "./char.ts";
import type { HuggingFaceTokenizerJSON } from "./hugging-face.ts";
import type { WordTokenizerJSON } from "./word.ts";

/** Text ↔ ids. */
export interface Tokenizer {
  readonly kind: "char" | "word" | "bpe" | "huggingface";
  /** Ids go from 0 to `vocabSize − 1`. */
  readonly vocabSize: number;
  /**
   * The special tokens, such as `<pad>` or `<eos>`, and their ids. Only `<unk>` ever comes from text,
   * but for Hugging Face's tokenizers.
   */
  readonly specials: ReadonlyMap<string, number>;
  encode(text: string): Int32Array;
  /** The text; specials leave nothing in it, except that `<unk>` shows. */
  decode(ids: ArrayLike<number>): string;
  /** Decodes ids one by one, as a sampler produces them. */
  createDecoder(): StreamingDecoder;
  toJSON(): TokenizerJSON;
}

/**
 * Decodes a stream: the pieces given by `push` and at last `end`, joined, are what `decode` gives
 * for all ids at once.
 */
export interface StreamingDecoder {
  /** The text that has become certain with this id; empty while a character is incomplete. */
  push(id: number): string;
  /** What was still waiting when the stream ended. */
  end(): string;
}

export type TokenizerJSON =
  CharTokenizerJSON | WordTokenizerJSON | BpeTokenizerJSON | HuggingFaceTokenizerJSON;

/** The first two fields of every tokenizer's JSON; `version` rises when ids would come out differently. */
export const TOKENIZER_FORMAT = { format: "unrolled-tokenizer", version: 1 } as const;

const KINDS: Tokenizer["kind"][] = ["char", "word", "bpe", "huggingface"];

/** Feeds all of `ids` through a decoder. */
export function decodeAll(decoder: StreamingDecoder, ids: ArrayLike<number>): string {
  const pieces: string[] = [];
  for (let i = 0; i < ids.length; i++) pieces.push(decoder.push(ids[i]));
  pieces.push(decoder.end());
  return pieces.join("");
}

/** `json` as the JSON of a tokenizer of this kind, its own fields still unchecked. */
export function checkTokenizerJSON(json: unknown, kind?: Tokenizer["kind"]): TokenizerJSON {
  const { format, version, kind: found } = (json ?? {}) as Record<string, unknown>;
  if (format !== TOKENIZER_FORMAT.format) {
    throw new FormatError(
      `tokenizerFromJSON: expected format "${TOKENIZER_FORMAT.format}", got ${JSON.stringify(format)}. ` +
        "Is this the object that a tokenizer's toJSON gave?",
    );
  }
  if (version !== TOKENIZER_FORMAT.version) {
    throw new FormatError(
      `tokenizerFromJSON: expected version ${TOKENIZER_FORMAT.version}, got ${JSON.stringify(version)}. ` +
        "A newer release of Unrolled may have written it.",
    );
  }
  const kinds: unknown[] = kind === undefined ? KINDS : [kind];
  if (!kinds.includes(found)) {
    throw new FormatError(
      `tokenizerFromJSON: expected kind ${kinds.map((it) => JSON.stringify(it)).join(" or ")}, got ${JSON.stringify(found)}.`,
    );
  }
  return json as TokenizerJSON;
}

/** The ids of `specials` in a vocabulary that begins with them. */
export function numberSpecials(specials: readonly string[]): Map<string, number> {
  return new Map(specials.map((token, id) => [token, id]));
}
