/**
 * @file One token per word: short sequences, a large vocabulary, and words it has never seen.
 */

import { ArgumentError, FormatError } from "../../core/errors.ts";
import { Vocabulary, type VocabularyJSON } from "../vocabulary.ts";
import { checkSpecials } from "./char.ts";
import { UNSPACED_LETTER } from "./unspaced-scripts.ts";
import {
  checkTokenizerJSON,
  decodeAll,
  numberSpecials,
  type StreamingDecoder,
  type Tokenizer,
  TOKENIZER_FORMAT,
} from "./tokenizer.ts";

export interface WordTokenizerOptions {
  /**
   * Words seen less often become `unkToken`. Default: 2, because with 1 the training text has no
   * unknown word, and the model would first meet `unkToken` where it counts.
   */
  minFrequency?: number;
  /** The most tokens to keep, specials included. Default: no limit. */
  maxSize?: number;
  /** Turn text into lower case before anything else. Default: `false`. */
  lowercase?: boolean;
  /** Tokens that stand first and never come from text, such as `["<pad>", "<eos>"]`. Default: none. */
  specials?: readonly string[];
  /** Stands for every unknown word; written out in a text it means itself. Default: `"<unk>"`. */
  unkToken?: string;
}

export interface WordTokenizerJSON {
  format: "unrolled-tokenizer";
  version: 1;
  kind: "word";
  lowercase: boolean;
  specials: string[];
  vocabulary: VocabularyJSON;
}

const LETTER = String.raw`(?:(?!${UNSPACED_LETTER})[\p{L}\p{M}\p{N}_])`;

// Letters and digits, with apostrophes and hyphens between them (don't, well-known), and between
// digits a point or comma (3.5). Where words are not spaced, each letter is one.
const WORD = String.raw`${UNSPACED_LETTER}|${LETTER}+(?:['’-]${LETTER}+|[.,](?=\p{N})(?<=\p{N}.)${LETTER}+)*`;

const JOINS_LEFT = new Set([",", ".", ";", ":", "!", "?", ")", "]", "}", "%", "…", "'", "’", "”"]);
const JOINS_RIGHT = new Set(["(", "[", "{", "$", "£", "€", "“", "‘"]);
const JOINS_BOTH = new Set(["--", "—", "\n"]);
/** Of Chinese and Japanese: no space on either side. */
const WIDE_PUNCTUATION = /^(?=[\p{P}\p{S}])[\u3000-\u303f・\uff00-\uffef]$/u;
const STARTS_UNSPACED = new RegExp(`^${UNSPACED_LETTER}`, "u");

/**
 * Splits text into words, single punctuation marks, and line ends; of scripts that put no space
 * between words, such as Chinese and Japanese, every letter is a word.
 *
 * Decoding is lossy: spaces are put where English typography has them, so `"a ,b"` comes back as
 * `"a, b"`, rare words as `<unk>`, capitals as small letters if `lowercase` is on. The ids survive,
 * unless a special other than `<unk>` was among them: `encode(decode(ids))` gives `ids` again.
 *
 * @example
 * const tokenizer = WordTokenizer.train("To be, or not to be?\n", { minFrequency: 1 });
 * tokenizer.split("To be, or not to be?\n"); // ["To", "be", ",", "or", "not", "to", "be", "?", "\n"]
 * tokenizer.decode(tokenizer.encode("to  be , or   what ?")); // "to be, or <unk>?"
 */
export class WordTokenizer implements Tokenizer {
  readonly kind = "word";
  readonly vocabulary: Vocabulary;
  readonly specials: ReadonlyMap<string, number>;
  readonly lowercase: boolean;
  readonly #pattern: RegExp;

  constructor(
    vocabulary: Vocabulary,
    { specials = [], lowercase = false }: Pick<WordTokenizerOptions, "specials" | "lowercase"> = {},
  ) {
    if (vocabulary.unkToken === null) {
      throw new ArgumentError(
        "WordTokenizer: expected a vocabulary with an unkToken, because no vocabulary has every word.",
      );
    }
    this.vocabulary = vocabulary;
    this.specials = numberSpecials(specials);
    this.lowercase = lowercase;
    this.#pattern = tokenPattern(vocabulary.unkToken);
  }

  static train(
    text: string,
    {
      minFrequency = 2,
      maxSize,
      lowercase = false,
      specials = [],
      unkToken = "<unk>",
    }: WordTokenizerOptions = {},
  ): WordTokenizer {
    const first = [...new Set([...specials, unkToken])];
    const words = splitWords(text, lowercase, tokenPattern(unkToken));
    const vocabulary = Vocabulary.fromTokens(words, {
      minFrequency,
      maxSize,
      specials: first,
      unkToken,
    });
    return new WordTokenizer(vocabulary, { specials: first, lowercase });
  }

  get vocabSize(): number {
    return this.vocabulary.size;
  }

  /** The tokens of a text as strings, known and unknown alike. */
  split(text: string): string[] {
    return splitWords(text, this.lowercase, this.#pattern);
  }

  encode(text: string): Int32Array {
    return this.vocabulary.encode(this.split(text));
  }

  decode(ids: ArrayLike<number>): string {
    return decodeAll(this.createDecoder(), ids);
  }

  createDecoder(): StreamingDecoder {
    let previous = "\n";
    let insideQuotes = false;
    const push = (id: number): string => {
      const token = this.vocabulary.token(id);
      if (this.specials.get(token) === id && token !== this.vocabulary.unkToken) return "";

      const closesQuote = token === '"' && insideQuotes;
      const opensQuoteBefore = previous === '"' && insideQuotes;
      const staysApart = previous.endsWith("-") && token.startsWith("-"); // or it would be one dash
      const joined =
        closesQuote ||
        opensQuoteBefore ||
        JOINS_LEFT.has(token) ||
        JOINS_RIGHT.has(previous) ||
        JOINS_BOTH.has(token) ||
        JOINS_BOTH.has(previous) ||
        WIDE_PUNCTUATION.test(token) ||
        WIDE_PUNCTUATION.test(previous) ||
        (STARTS_UNSPACED.test(token) && STARTS_UNSPACED.test(previous));

      if (token === '"') insideQuotes = !insideQuotes;
      if (token === "\n") insideQuotes = false; // one forgotten quote must not turn all that follow
      previous = token;
      return joined && !staysApart ? token : ` ${token}`;
    };
    return { push, end: () => "" };
  }

  toJSON(): WordTokenizerJSON {
    return {
      ...TOKENIZER_FORMAT,
      kind: "word",
      lowercase: this.lowercase,
      specials: [...this.specials.keys()],
      vocabulary: this.vocabulary.toJSON(),
    };
  }

  static fromJSON(json: unknown): WordTokenizer {
    const { lowercase, specials, vocabulary } = checkTokenizerJSON(
      json,
      "word",
    ) as WordTokenizerJSON;
    if (typeof lowercase !== "boolean") {
      throw new FormatError(
        `WordTokenizer.fromJSON: expected lowercase to be true or false, got ${String(lowercase)}.`,
      );
    }
    return new WordTokenizer(Vocabulary.fromJSON(vocabulary), {
      specials: checkSpecials("WordTokenizer", specials, vocabulary),
      lowercase,
    });
  }
}

/** Words, the unknown token, dashes, line ends, any other single character; space is dropped. */
function tokenPattern(unkToken: string): RegExp {
  const literal = unkToken.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return new RegExp(String.raw`${WORD}|${literal}|-{2,}|\n|[^\s]`, "gu");
}

function splitWords(text: string, lowercase: boolean, pattern: RegExp): string[] {
  return (lowercase ? text.toLowerCase() : text).match(pattern) ?? [];
}
