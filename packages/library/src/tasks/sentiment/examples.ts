/**
 * @file Texts ready for the network; and many of them in a few arrays, since the garbage collector
 * would look at each of a hundred thousand, again and again while a network trains.
 */

import { IdSequences, type Dataset, type Vocabulary } from "unrolled";

/** A text to learn from. */
export interface TrainingExample {
  /** All of its tokens. */
  tokens: readonly string[];
  /** Of those that the network reads: `maxTokens` at most. */
  ids: Int32Array;
  /** Which of the labels; −1 in the middle. */
  target: number;
  /** Which of the grades, where there are any. */
  grade?: number;
}

/** A text to measure with. */
export interface Example extends TrainingExample {
  text: string;
}

export class TrainingExamples implements Dataset<TrainingExample>, Iterable<TrainingExample> {
  readonly length: number;
  readonly targets: Int32Array;
  readonly grades: Int32Array | null;
  /** Tokens of each example that the network reads. */
  readonly lengths: Int32Array;
  /** Every token that occurs, once; and its id for the network. */
  readonly #tokens: readonly string[];
  readonly #ids: Int32Array;
  /** Each example as places in `#tokens`. */
  readonly #texts = new IdSequences();
  readonly #maxTokens: number;

  constructor(
    examples: readonly Omit<TrainingExample, "ids">[],
    vocabulary: Vocabulary,
    maxTokens: number,
  ) {
    const places = new Map<string, number>();
    const placeOf = (token: string) =>
      places.get(token) ?? (places.set(token, places.size), places.size - 1);
    for (const { tokens } of examples) this.#texts.push(tokens.map(placeOf));
    this.length = examples.length;
    this.targets = Int32Array.from(examples, ({ target }) => target);
    this.grades = examples.some(({ grade }) => grade !== undefined)
      ? Int32Array.from(examples, ({ grade }) => grade!)
      : null;
    this.lengths = this.#texts.lengths.map((length) => Math.min(length, maxTokens));
    this.#tokens = [...places.keys()];
    this.#ids = vocabulary.encode(this.#tokens);
    this.#maxTokens = maxTokens;
  }

  at(index: number): TrainingExample | undefined {
    const text = this.#texts.at(index);
    return (
      text && {
        tokens: Array.from(text, (place) => this.#tokens[place]),
        ids: partRead(text, this.#maxTokens).map((place) => this.#ids[place]),
        target: this.targets[index],
        ...(this.grades && { grade: this.grades[index] }),
      }
    );
  }

  *[Symbol.iterator](): Generator<TrainingExample, void> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!;
  }
}

/** Ids of the tokens that the network reads. */
export function encodeTokens(
  vocabulary: Vocabulary,
  tokens: readonly string[],
  most: number,
): Int32Array {
  return partRead(vocabulary.encode(tokens), most);
}

/** Of more than `most` the first and the last half. */
function partRead(text: Int32Array, most: number): Int32Array {
  if (text.length <= most) return text;
  const read = new Int32Array(most);
  const head = Math.ceil(most / 2);
  read.set(text.subarray(0, head));
  read.set(text.subarray(text.length - (most - head)), head);
  return read;
}

/** Where among an example's tokens the `i`-th stands that the network reads. */
export function placeOfToken(
  { tokens, ids }: Pick<TrainingExample, "tokens" | "ids">,
  i: number,
): number {
  return i < Math.ceil(ids.length / 2) ? i : i + tokens.length - ids.length;
}
