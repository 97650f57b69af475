/**
 * @file Tokenizers of other people's models: what a `tokenizer.json` of Hugging Face describes,
 * through their own package.
 */

import { optionalPackage } from "#platform";
import { ArgumentError, FormatError, UnrolledError } from "../../core/errors.ts";
import {
  checkTokenizerJSON,
  type StreamingDecoder,
  type Tokenizer,
  TOKENIZER_FORMAT,
} from "./tokenizer.ts";

const PACKAGE = "@huggingface/tokenizers";

/** The part of the package `@huggingface/tokenizers` that is used here. */
export interface HuggingFaceLibrary {
  Tokenizer: new (tokenizer: object, config: object) => HuggingFaceModel;
}

interface HuggingFaceModel {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(
    ids: number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
  get_vocab(withAddedTokens: boolean): Map<string, number>;
}

export interface HuggingFaceTokenizerOptions {
  /**
   * Add what the tokenizer puts around a text, such as `[CLS]` and `[SEP]`. Default: `false`; a
   * sequence is the text's own tokens, as with every other tokenizer here.
   */
  addSpecialTokens?: boolean;
  /**
   * The package. Default: in Node the one that is installed; in a browser give
   * `await import("@huggingface/tokenizers")`.
   */
  library?: HuggingFaceLibrary;
}

export interface HuggingFaceTokenizerJSON {
  format: "unrolled-tokenizer";
  version: 1;
  kind: "huggingface";
  addSpecialTokens: boolean;
  /** The whole `tokenizer.json`. */
  tokenizer: object;
}

/**
 * The tokenizer in a `tokenizer.json`: byte-level BPE, WordPiece, Unigram, and all that goes with
 * them. The ids are those of Hugging Face's `tokenizers`.
 *
 *     npm install @huggingface/tokenizers
 *
 * A special token that is written out in a text is that token. `decode` leaves specials out, as
 * `skip_special_tokens` does, and changes nothing else.
 *
 * @param json what `tokenizer.json` holds, parsed
 * @throws UnrolledError if the package is not installed
 * @throws FormatError if it cannot make a tokenizer from `json`
 *
 * @example
 * const json = {
 *   normalizer: { type: "Lowercase" },
 *   pre_tokenizer: { type: "Whitespace" },
 *   model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100,
 *     vocab: { "[UNK]": 0, un: 1, "##roll": 2, "##ed": 3 } },
 *   decoder: { type: "WordPiece", prefix: "##", cleanup: false },
 * };
 * const tokenizer = new HuggingFaceTokenizer(json);
 * tokenizer.encode("Unrolled what"); // [1, 2, 3, 0]
 * tokenizer.decode([1, 2, 3]); // "unrolled"
 */
export class HuggingFaceTokenizer implements Tokenizer {
  readonly kind = "huggingface";
  readonly vocabSize: number;
  readonly specials: ReadonlyMap<string, number>;
  readonly addSpecialTokens: boolean;
  readonly #json: object;
  readonly #model: HuggingFaceModel;

  constructor(
    json: object,
    { addSpecialTokens = false, library = installedLibrary() }: HuggingFaceTokenizerOptions = {},
  ) {
    const { model, added_tokens: added } = json as {
      model?: { type?: unknown };
      added_tokens?: { content: string; id: number; special: boolean }[];
    };
    if (typeof model !== "object" || model === null) {
      throw new FormatError(
        "HuggingFaceTokenizer: expected the parsed contents of a tokenizer.json, with a field model, " +
          `got ${JSON.stringify(json).slice(0, 80)}.`,
      );
    }
    try {
      this.#model = new library.Tokenizer({ ...ABSENT, ...json }, {});
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new FormatError(
        `HuggingFaceTokenizer: ${PACKAGE} cannot make a tokenizer from this tokenizer.json: ${reason}`,
        { cause: error },
      );
    }
    this.#json = json;
    this.addSpecialTokens = addSpecialTokens;
    this.specials = new Map(
      (added ?? []).filter(({ special }) => special).map(({ content, id }) => [content, id]),
    );
    let last = -1;
    for (const id of this.#model.get_vocab(true).values()) last = Math.max(last, id);
    this.vocabSize = last + 1;
  }

  encode(text: string): Int32Array {
    const { ids } = this.#model.encode(text, { add_special_tokens: this.addSpecialTokens });
    return Int32Array.from(ids);
  }

  decode(ids: ArrayLike<number>): string {
    const list = Array.from(ids);
    const wrong = list.find((id) => !(Number.isInteger(id) && id >= 0 && id < this.vocabSize));
    if (wrong !== undefined) {
      throw new ArgumentError(
        `HuggingFaceTokenizer: expected an id from 0 to ${this.vocabSize - 1}, got ${String(wrong)}.`,
      );
    }
    if (list.length === 0) return ""; // which the package refuses
    return this.#model.decode(list, {
      skip_special_tokens: true,
      // A property of some models' own configuration, which would change texts of all others.
      clean_up_tokenization_spaces: false,
    });
  }

  createDecoder(): StreamingDecoder {
    // What a token adds to the text depends on those before it: a space, the rest of a character. So
    // a few are decoded together, from the last place where the text was whole, and what is new is
    // told once it no longer ends inside a character.
    let context: number[] = [];
    let waiting: number[] = [];
    const push = (id: number): string => {
      waiting.push(id);
      const before = this.decode(context);
      const text = this.decode([...context, ...waiting]);
      if (text.endsWith("\uFFFD") && waiting.length < MAX_WAITING) return "";
      if (text.length > before.length) {
        context = waiting;
        waiting = [];
      }
      return text.slice(before.length);
    };
    const end = (): string => {
      const text = this.decode([...context, ...waiting]).slice(this.decode(context).length);
      context = [];
      waiting = [];
      return text;
    };
    return { push, end };
  }

  toJSON(): HuggingFaceTokenizerJSON {
    return {
      ...TOKENIZER_FORMAT,
      kind: "huggingface",
      addSpecialTokens: this.addSpecialTokens,
      tokenizer: this.#json,
    };
  }

  static fromJSON(
    json: unknown,
    options: Pick<HuggingFaceTokenizerOptions, "library"> = {},
  ): HuggingFaceTokenizer {
    const { addSpecialTokens, tokenizer } = checkTokenizerJSON(
      json,
      "huggingface",
    ) as HuggingFaceTokenizerJSON;
    if (typeof addSpecialTokens !== "boolean" || typeof tokenizer !== "object" || !tokenizer) {
      throw new FormatError(
        "HuggingFaceTokenizer.fromJSON: expected addSpecialTokens: boolean, and tokenizer: object.",
      );
    }
    return new HuggingFaceTokenizer(tokenizer, { addSpecialTokens, ...options });
  }
}

/** A character has at most four bytes; ids that spell no character are not waited for any longer. */
const MAX_WAITING = 8;

/** The package wants every field named; a file may leave out what its tokenizer does not have. */
const ABSENT = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

function installedLibrary(): HuggingFaceLibrary {
  const library = optionalPackage(PACKAGE) as HuggingFaceLibrary | null;
  if (library) return library;
  throw new UnrolledError(
    `HuggingFaceTokenizer: needs the package ${PACKAGE}, which is not installed. In Node: npm install ${PACKAGE}. ` +
      `In a browser, pass it: { library: await import("${PACKAGE}") }.`,
  );
}
