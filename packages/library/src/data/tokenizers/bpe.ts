/**
 * @file Byte pair encoding: frequent words are one token, rare ones a few, and nothing is unknown.
 */

import { ArgumentError, checkSize, FormatError } from "../../core/errors.ts";
import { IdSequences } from "../id-sequences.ts";
import { countTokens } from "../vocabulary.ts";
import { learnMerges, PAIR_RADIX } from "./bpe-trainer.ts";
import {
  checkTokenizerJSON,
  decodeAll,
  numberSpecials,
  type StreamingDecoder,
  type Tokenizer,
  TOKENIZER_FORMAT,
} from "./tokenizer.ts";
import { encodeUtf8, Utf8Decoder } from "./utf8.ts";

export interface BpeTokenizerOptions {
  /**
   * How many ids to learn: specials + 256 bytes + merges. Fewer come out where the text has no
   * pairs left. Default: 1024.
   */
  vocabSize?: number;
  /** A pair seen less often is not merged. Default: 2. */
  minFrequency?: number;
  /** Tokens that stand first and never come from text, such as `["<pad>", "<eos>"]`. Default: none. */
  specials?: readonly string[];
}

export interface BpeTokenizerJSON {
  format: "unrolled-tokenizer";
  version: 1;
  kind: "bpe";
  specials: string[];
  /** Merge k joins two ids into `256 + k`; ids are counted without the specials. */
  merges: [left: number, right: number][];
}

// Merges stay inside a chunk: a word with the space before it, up to three digits, punctuation,
// space. Every character falls into one of them, so the chunks joined are the text. The limits keep
// a text without spaces from becoming one chunk, whose encoding would take time that grows with the
// square of its length.
const CHUNK =
  /(?: ?[\p{L}\p{M}]{1,64}(?:['’]\p{L}{1,2}(?!\p{L}))?| ?\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]{1,16}|\s{1,16}(?!\S)|\s)/gu;

/** Chunks remembered with their ids. A natural language repeats itself long before this is full. */
const MAX_CACHED_CHUNKS = 65536;

/**
 * Byte-level byte pair encoding (Sennrich et al. 2016; on bytes as in GPT-2, Radford et al. 2019).
 *
 * `decode(encode(text))` is exactly `text` for every JavaScript string: any language, emoji, control
 * characters, and lone surrogates too, which have no UTF-8 and are written as three bytes of WTF-8.
 * Ids that a model made up may spell no valid text; what is invalid shows as U+FFFD.
 *
 * @example
 * const tokenizer = BpeTokenizer.train("low lower lowest low low", { vocabSize: 260 });
 * tokenizer.encode("lowest low").length; // 5
 * tokenizer.decode(tokenizer.encode("slow 🐌")); // "slow 🐌"
 */
export class BpeTokenizer implements Tokenizer {
  readonly kind = "bpe";
  readonly specials: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [left: number, right: number])[];
  /** Pair of ids → the id of both together, specials not counted. */
  readonly #joined = new Map<number, number>();
  /** The bytes of each id, specials not counted. */
  readonly #bytes = new IdSequences();
  /** The ids of chunks that were met, and where each chunk's are. */
  #known = new IdSequences();
  readonly #places = new Map<string, number>();

  /** `merges` in the order in which they apply, with ids counted without the specials. */
  constructor(
    merges: readonly (readonly [left: number, right: number])[],
    specials: readonly string[] = [],
  ) {
    if (256 + merges.length > PAIR_RADIX) {
      throw new ArgumentError(
        `BpeTokenizer: expected at most ${PAIR_RADIX - 256} merges, got ${merges.length}.`,
      );
    }
    this.specials = numberSpecials(specials);
    this.merges = merges;
    for (let byte = 0; byte < 256; byte++) this.#bytes.push([byte]);
    for (const [k, [left, right]] of merges.entries()) {
      const isKnown = (id: number) => Number.isInteger(id) && id >= 0 && id < 256 + k;
      if (!isKnown(left) || !isKnown(right)) {
        throw new ArgumentError(
          `BpeTokenizer: expected merge ${k} to join two ids below ${256 + k}, got [${left}, ${right}].`,
        );
      }
      this.#joined.set(left * PAIR_RADIX + right, 256 + k);
      this.#bytes.push([...this.#bytes.at(left)!, ...this.#bytes.at(right)!]);
    }
  }

  static train(
    text: string,
    { vocabSize = 1024, minFrequency = 2, specials = [] }: BpeTokenizerOptions = {},
  ): BpeTokenizer {
    checkSize("BpeTokenizer.train", "vocabSize", vocabSize, 256 + specials.length);
    const chunks = countTokens(text.match(CHUNK) ?? []);
    const merges = learnMerges(
      Array.from(chunks.keys(), encodeUtf8),
      [...chunks.values()],
      Math.min(vocabSize - specials.length, PAIR_RADIX) - 256,
      minFrequency,
    );
    return new BpeTokenizer(merges, specials);
  }

  get vocabSize(): number {
    return this.specials.size + this.#bytes.length;
  }

  encode(text: string): Int32Array {
    const pieces = (text.match(CHUNK) ?? []).map((chunk) => this.#encodeChunk(chunk));
    const ids = new Int32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      ids.set(piece, at);
      at += piece.length;
    }
    return ids;
  }

  #encodeChunk(chunk: string): Int32Array {
    const place = this.#places.get(chunk);
    if (place !== undefined) return this.#known.at(place)!;

    const parts = [...encodeUtf8(chunk)];
    for (;;) {
      // The merge that was learned first applies first, everywhere in the chunk.
      let merged = Infinity;
      for (let i = 0; i + 1 < parts.length; i++) {
        const joined = this.#joined.get(parts[i] * PAIR_RADIX + parts[i + 1]);
        if (joined !== undefined && joined < merged) merged = joined;
      }
      if (merged === Infinity) break;

      const [left, right] = this.merges[merged - 256];
      let kept = 0;
      for (let i = 0; i < parts.length; i++) {
        const isPair = parts[i] === left && parts[i + 1] === right;
        parts[kept++] = isPair ? merged : parts[i];
        if (isPair) i++;
      }
      parts.length = kept;
    }

    const ids = Int32Array.from(parts, (id) => id + this.specials.size);
    if (this.#places.size >= MAX_CACHED_CHUNKS) {
      this.#places.clear();
      this.#known = new IdSequences();
    }
    this.#places.set(chunk, this.#known.push(ids));
    return ids;
  }

  /** The bytes that an id stands for; none for a special. */
  tokenBytes(id: number): Uint8Array {
    if (Number.isInteger(id) && id >= 0 && id < this.specials.size) return new Uint8Array(0);
    const bytes = this.#bytes.at(id - this.specials.size);
    if (bytes !== undefined) return Uint8Array.from(bytes);
    throw new ArgumentError(
      `BpeTokenizer: expected an id from 0 to ${this.vocabSize - 1}, got ${String(id)}.`,
    );
  }

  decode(ids: ArrayLike<number>): string {
    return decodeAll(this.createDecoder(), ids);
  }

  createDecoder(): StreamingDecoder {
    const utf8 = new Utf8Decoder();
    return { push: (id) => utf8.push(this.tokenBytes(id)), end: () => utf8.end() };
  }

  toJSON(): BpeTokenizerJSON {
    return {
      ...TOKENIZER_FORMAT,
      kind: "bpe",
      specials: [...this.specials.keys()],
      merges: this.merges.map(([left, right]) => [left, right]),
    };
  }

  static fromJSON(json: unknown): BpeTokenizer {
    const { specials, merges } = checkTokenizerJSON(json, "bpe") as BpeTokenizerJSON;
    const areSpecials = Array.isArray(specials) && specials.every((it) => typeof it === "string");
    const areMerges =
      Array.isArray(merges) &&
      merges.every(
        (pair, k) =>
          Array.isArray(pair) &&
          pair.length === 2 &&
          pair.every((id) => Number.isInteger(id) && id >= 0 && id < 256 + k),
      );
    if (!areSpecials || !areMerges) {
      throw new FormatError(
        "BpeTokenizer.fromJSON: expected specials: string[], and merges: [left, right][] of ids that exist by then.",
      );
    }
    return new BpeTokenizer(merges, specials);
  }
}
