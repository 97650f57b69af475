/**
 * @file Token ↔ id. The tokens of a text become the numbers that an embedding looks up.
 */

import { ArgumentError, checkSize, FormatError } from "../core/errors.ts";

export interface VocabularyOptions {
  /** Tokens seen less often than this are left out. Default: 1, which keeps all. */
  minFrequency?: number;
  /** The most tokens to keep, specials included; the rarest go first. Default: no limit. */
  maxSize?: number;
  /** Tokens that stand first, in this order, whether the text has them or not. Default: none. */
  specials?: readonly string[];
  /** Stands for every token that is not in the vocabulary. Default: `null`, which makes that an error. */
  unkToken?: string | null;
}

/** What {@link Vocabulary.toJSON} writes. */
export interface VocabularyJSON {
  tokens: string[];
  unkToken: string | null;
}

/**
 * A list of distinct tokens; a token's id is its place in the list.
 *
 * @example
 * const vocabulary = Vocabulary.fromTokens(["to", "be", "or", "not", "to", "be"], {
 *   specials: ["<pad>"],
 *   unkToken: "<unk>",
 * });
 * vocabulary.tokens; // ["<pad>", "<unk>", "be", "to", "not", "or"]
 * vocabulary.id("be"); // 2
 * vocabulary.id("question"); // 1
 * vocabulary.token(3); // "to"
 */
export class Vocabulary {
  readonly tokens: readonly string[];
  readonly unkToken: string | null;
  /** The id of `unkToken`, or `null` without one. */
  readonly unkId: number | null;
  readonly #ids: ReadonlyMap<string, number>;

  /** `tokens` in the order of their ids; `unkToken`, where there is one, is among them. */
  constructor(tokens: Iterable<string>, { unkToken = null }: { unkToken?: string | null } = {}) {
    this.tokens = [...tokens];
    this.unkToken = unkToken;

    const ids = new Map<string, number>();
    for (const [id, token] of this.tokens.entries()) {
      const first = ids.get(token);
      if (first !== undefined) {
        throw new ArgumentError(
          `Vocabulary: expected every token once, got ${show(token)} at ${first} and at ${id}.`,
        );
      }
      ids.set(token, id);
    }
    this.#ids = ids;

    this.unkId = unkToken === null ? null : (ids.get(unkToken) ?? null);
    if (unkToken !== null && this.unkId === null) {
      throw new ArgumentError(
        `Vocabulary: expected unkToken ${show(unkToken)} among the tokens. Add it, or let Vocabulary.fromTokens do so.`,
      );
    }
  }

  /** Counts `tokens`, then keeps them as {@link Vocabulary.fromCounts} does. */
  static fromTokens(tokens: Iterable<string>, options?: VocabularyOptions): Vocabulary {
    return Vocabulary.fromCounts(countTokens(tokens), options);
  }

  /**
   * Specials first, then `unkToken` (unless it is one of them), then the rest by falling count;
   * equal counts in the order of their UTF-16 units, so that the ids depend on nothing else.
   *
   * @example
   * const counts = new Map([["b", 5], ["a", 5], ["rare", 1]]);
   * Vocabulary.fromCounts(counts, { minFrequency: 2 }).tokens; // ["a", "b"]
   */
  static fromCounts(
    counts: ReadonlyMap<string, number>,
    {
      minFrequency = 1,
      maxSize = Infinity,
      specials = [],
      unkToken = null,
    }: VocabularyOptions = {},
  ): Vocabulary {
    const first = new Set(specials);
    if (unkToken !== null) first.add(unkToken);
    if (maxSize !== Infinity) checkSize("Vocabulary", "maxSize", maxSize, Math.max(1, first.size));

    const kept = [...counts].filter(([token, n]) => n >= minFrequency && !first.has(token));
    kept.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    const tokens = [...first, ...kept.map(([token]) => token)];
    return new Vocabulary(tokens.slice(0, maxSize), { unkToken });
  }

  get size(): number {
    return this.tokens.length;
  }

  has(token: string): boolean {
    return this.#ids.has(token);
  }

  /** The token's id, or `unkId` where it has none. Without `unkToken` that is an error. */
  id(token: string): number {
    const id = this.#ids.get(token) ?? this.unkId;
    if (id !== null) return id;
    throw new ArgumentError(
      `Vocabulary: expected one of ${this.size} known tokens, got ${show(token)}. ` +
        "Build the vocabulary from text that has it, or give it an unkToken.",
    );
  }

  token(id: number): string {
    const token = this.tokens[id];
    if (token !== undefined) return token;
    throw new ArgumentError(
      `Vocabulary: expected an id from 0 to ${this.size - 1}, got ${String(id)}.`,
    );
  }

  encode(tokens: Iterable<string>): Int32Array {
    return Int32Array.from([...tokens].map((token) => this.id(token)));
  }

  decode(ids: Iterable<number>): string[] {
    return Array.from(ids, (id) => this.token(id));
  }

  toJSON(): VocabularyJSON {
    return { tokens: [...this.tokens], unkToken: this.unkToken };
  }

  static fromJSON(json: unknown): Vocabulary {
    const { tokens, unkToken } = (json ?? {}) as Partial<VocabularyJSON>;
    const isList = Array.isArray(tokens) && tokens.every((token) => typeof token === "string");
    if (!isList || !(unkToken === null || typeof unkToken === "string")) {
      throw new FormatError(
        "Vocabulary.fromJSON: expected { tokens: string[], unkToken: string | null }, as toJSON writes it, " +
          `got ${(JSON.stringify(json) ?? "undefined").slice(0, 80)}.`,
      );
    }
    return new Vocabulary(tokens, { unkToken });
  }
}

/**
 * How often each token occurs.
 *
 * @example
 * countTokens("banana").get("a"); // 3
 */
export function countTokens(tokens: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

/** A token as a message shows it; one that nobody could see gets its code point too. */
function show(token: string): string {
  const quoted = JSON.stringify(token);
  if (/^[\x20-\x7e]*$/.test(token) || Array.from(token).length !== 1) return quoted;
  return `${quoted} (U+${token.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")})`;
}
