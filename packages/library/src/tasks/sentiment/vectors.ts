/**
 * @file Pretrained word vectors from a text file: GloVe's (`word 0.1 −0.2 …` a line) or word2vec's,
 * which says first how many there are.
 */

import { ArgumentError, FormatError } from "unrolled";
import type { SentimentModel } from "./model.ts";

export interface WordVectors {
  dim: number;
  /** Only of the words that were asked for. */
  vectors: ReadonlyMap<string, Float32Array>;
}

const SPACE = 32;
const NEWLINE = 10;

/**
 * Reads the vectors of `words` and passes over all others, so that a file of gigabytes costs no more
 * memory than itself.
 *
 * @param bytes UTF-8
 * @param name how errors call the file
 * @throws FormatError naming the line of a vector that is too short, too long or no numbers
 *
 * @example
 * const bytes = new TextEncoder().encode("2 3\ngood 1 0.5 0\nbad -1 -0.5 0\n");
 * const { dim, vectors } = readVectors(bytes, "vectors.txt", new Set(["good"]));
 * dim; // 3
 * [...vectors.get("good")!]; // [1, 0.5, 0]
 * vectors.size; // 1
 */
export function readVectors(
  bytes: Uint8Array,
  name: string,
  words: ReadonlySet<string>,
): WordVectors {
  const decoder = new TextDecoder();
  const vectors = new Map<string, Float32Array>();
  let dim = 0;
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    line++;
    const space = bytes.indexOf(SPACE, start);
    const word = decoder.decode(bytes.subarray(start, space < 0 || space > end ? end : space));
    // The first line tells the width, and may be word2vec's header, which has two numbers.
    if (line === 1 || words.has(word)) {
      const rest = decoder
        .decode(bytes.subarray(space < 0 ? end : Math.min(space, end), end))
        .trim();
      const numbers = rest === "" ? [] : rest.split(/\s+/).map(Number);
      const isHeader = line === 1 && numbers.length === 1 && /^\d+$/.test(word);
      if (isHeader) dim = numbers[0];
      else {
        dim ||= numbers.length;
        if (numbers.length !== dim || dim === 0 || !numbers.every(Number.isFinite)) {
          throw new FormatError(
            `${name}, line ${line}: expected a word and ${dim || "some"} numbers, got ${JSON.stringify(word.slice(0, 30))} and ${numbers.length}. Is it GloVe's or word2vec's text format, in UTF-8?`,
          );
        }
        if (words.has(word) && !vectors.has(word)) vectors.set(word, Float32Array.from(numbers));
      }
    }
    start = end + 1;
  }
  if (dim === 0) throw new FormatError(`${name}: expected word vectors, got an empty file.`);
  return { dim, vectors };
}

/** Puts the vectors into a model's embedding, in place of what it began with. */
export function useVectors(model: SentimentModel, { dim, vectors }: WordVectors): void {
  const { embeddingDim } = model.config;
  if (dim !== embeddingDim) {
    throw new ArgumentError(
      `sentiment: expected vectors of ${embeddingDim} numbers because embeddingDim is ${embeddingDim}, got ${dim}. Set embeddingDim to ${dim}.`,
    );
  }
  const table = model.embedding.weight.storage.array;
  for (const [id, token] of model.vocabulary.tokens.entries()) {
    const vector = vectors.get(token);
    if (vector) table.set(vector, id * dim);
  }
}
