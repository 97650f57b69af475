/**
 * @file One token per character: the smallest vocabulary, the longest sequences.
 */

import { ArgumentError, FormatError } from "../../core/errors.ts";
import { Vocabulary, type VocabularyJSON } from "../vocabulary.ts";
import {
  checkTokenizerJSON,
  decodeAll,
  numberSpecials,
  type StreamingDecoder,
  type Tokenizer,
  TOKENIZER_FORMAT,
} from "./tokenizer.ts";

export interface CharTokenizerOptions {
  /** Tokens that stand first and never come from text, such as `["<pad>", "<eos>"]`. Default: none. */
  specials?: readonly string[];
  /**
   * Stands for every character that the training text did not have; decoded it shows as U+FFFD.
   * Default: `null`, which makes such a character an error.
   */
  unkToken?: string | null;
}

export interface CharTokenizerJSON {
  format: "unrolled-tokenizer";
  version: 1;
  kind: "char";
  specials: string[];
  vocabulary: VocabularyJSON;
}

/**
 * Splits text into Unicode code points, so that an emoji is one token and not two halves. A lone
 * surrogate is a token of its own: `decode(encode(text))` gives back every string exactly, as long
 * as its characters are known.
 *
 * @example
 * const tokenizer = CharTokenizer.train("hello");
 * tokenizer.vocabSize; // 4
 * tokenizer.encode("hole"); // [1, 3, 2, 0]
 * tokenizer.decode([1, 0, 2, 3]); // "helo"
 */
export class CharTokenizer implements Tokenizer {
  readonly kind = "char";
  readonly vocabulary: Vocabulary;
  readonly specials: ReadonlyMap<string, number>;
  /** Code point → id. Looked up for every character of every text. */
  readonly #ids = new Map<number, number>();

  constructor(vocabulary: Vocabulary, specials: readonly string[] = []) {
    this.vocabulary = vocabulary;
    this.specials = numberSpecials(specials);
    for (const [id, token] of vocabulary.tokens.entries()) {
      if (this.specials.get(token) === id) continue;
      if (token === "" || Array.from(token).length !== 1) {
        throw new ArgumentError(
          `CharTokenizer: expected one character per token, got ${JSON.stringify(token)}. Is it missing from specials?`,
        );
      }
      this.#ids.set(token.codePointAt(0)!, id);
    }
  }

  /** Learns the characters of `text`; after the specials their ids follow their code points. */
  static train(
    text: string,
    { specials = [], unkToken = null }: CharTokenizerOptions = {},
  ): CharTokenizer {
    const first = new Set(specials);
    if (unkToken !== null) first.add(unkToken);
    for (const token of first) {
      if (Array.from(token).length > 1) continue;
      throw new ArgumentError(
        `CharTokenizer: expected specials of two characters or more, such as "<pad>", got ${JSON.stringify(token)}.`,
      );
    }
    const characters = [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
    return new CharTokenizer(new Vocabulary([...first, ...characters], { unkToken }), [...first]);
  }

  get vocabSize(): number {
    return this.vocabulary.size;
  }

  encode(text: string): Int32Array {
    const ids = new Int32Array(text.length);
    let n = 0;
    for (let at = 0; at < text.length;) {
      const codePoint = text.codePointAt(at)!;
      const id = this.#ids.get(codePoint);
      ids[n++] = id ?? this.#unknown(codePoint, at);
      at += codePoint > 0xffff ? 2 : 1;
    }
    return ids.slice(0, n);
  }

  #unknown(codePoint: number, at: number): number {
    if (this.vocabulary.unkId !== null) return this.vocabulary.unkId;
    const character = JSON.stringify(String.fromCodePoint(codePoint));
    const hex = codePoint.toString(16).toUpperCase().padStart(4, "0");
    throw new ArgumentError(
      `CharTokenizer.encode: expected one of the ${this.vocabSize - this.specials.size} known characters, ` +
        `got ${character} (U+${hex}) at offset ${at}. Train on text that has it, or pass unkToken.`,
    );
  }

  decode(ids: ArrayLike<number>): string {
    return decodeAll(this.createDecoder(), ids);
  }

  createDecoder(): StreamingDecoder {
    const push = (id: number): string => {
      const token = this.vocabulary.token(id);
      if (this.specials.get(token) !== id) return token;
      return id === this.vocabulary.unkId ? "\uFFFD" : "";
    };
    return { push, end: () => "" };
  }

  toJSON(): CharTokenizerJSON {
    return {
      ...TOKENIZER_FORMAT,
      kind: "char",
      specials: [...this.specials.keys()],
      vocabulary: this.vocabulary.toJSON(),
    };
  }

  static fromJSON(json: unknown): CharTokenizer {
    const { specials, vocabulary } = checkTokenizerJSON(json, "char") as CharTokenizerJSON;
    return new CharTokenizer(
      Vocabulary.fromJSON(vocabulary),
      checkSpecials("CharTokenizer", specials, vocabulary),
    );
  }
}

/** Specials read from JSON: strings that stand first in the vocabulary. */
export function checkSpecials(
  where: string,
  specials: unknown,
  { tokens }: VocabularyJSON,
): string[] {
  if (Array.isArray(specials) && specials.every((it, id) => tokens[id] === it)) {
    return specials as string[];
  }
  throw new FormatError(
    `${where}.fromJSON: expected specials to be the first tokens of the vocabulary, got ${JSON.stringify(specials)}.`,
  );
}
