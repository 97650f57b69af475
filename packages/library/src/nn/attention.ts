/**
 * @file Attention: which of many vectors to read, as weights that sum to one.
 *
 *   e_s = score(q, k_s)       how well position s answers the query
 *   a   = softmax(e)          over the positions that count; exactly 0 at the others
 *   c   = Σ_s a_s · v_s       what was read: the context
 *
 *   score(q, k) = q·k                         "dot"        Luong et al. 2015
 *                 q·k / √size                 "scaledDot"  Vaswani et al. 2017
 *                 q·(W·k)                     "general"    Luong et al. 2015
 *                 v·tanh(W_q·q + W_k·k)       "additive"   Bahdanau et al. 2015
 */

import { isTraced } from "../autograd/trace.ts";
import {
  ArgumentError,
  checkLastAxis,
  checkSize,
  formatShape,
  ShapeError,
} from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { readLengths, type SequenceLengths } from "../data/lengths.ts";
import { sequenceMask } from "../data/sequence-mask.ts";
import { checkFloat, zeros } from "../tensor/creation.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";

export type AttentionScore = "dot" | "scaledDot" | "general" | "additive";

export interface AttentionOptions {
  /** How a query is compared with a key. Default: `"general"`. */
  score?: AttentionScore;
  /** Features in which the additive score compares. Default: `querySize`. */
  attentionSize?: number;
  /** Where the initial weights come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

export interface AttentionMemoryOptions {
  /** What is read, where it is not the keys themselves: [batch, src, valueSize]. */
  values?: Tensor;
  /** True length of each sequence [batch]: what stands after it is never read. */
  lengths?: SequenceLengths;
  /** [batch, src], 1 where a position counts and 0 where it does not; instead of `lengths`. */
  mask?: Tensor;
}

/** What {@link Attention.prepare} made of the keys of a batch, once for all queries. */
export interface AttentionMemory {
  /** Projected: [batch, src, attentionSize] for the additive score, else [batch, querySize, src]. */
  readonly keys: Tensor;
  /** [batch, src, valueSize] */
  readonly values: Tensor;
  /** 0 where a position counts and −∞ where it does not, [batch, 1, src]; null if all count. */
  readonly bias: Tensor | null;
}

/**
 * Reads from a sequence of vectors what answers a query: the equations are at the top of this file.
 *
 * - keys    [batch, src, keySize], as a rule an encoder's output
 * - query   [batch, querySize], or [batch, tgt, querySize] for many queries at once
 * - context [batch, valueSize], or [batch, tgt, valueSize]
 * - weights [batch, src], or [batch, tgt, src]
 *
 * The keys are projected once per sequence, by {@link prepare}, and not again for every query.
 * Parameters: `keyProjection.weight` [querySize, keySize] for `"general"`; `queryProjection.weight`
 * [attentionSize, querySize], `keyProjection.weight` [attentionSize, keySize] and
 * `scoreProjection.weight` [1, attentionSize] for `"additive"`; none for the others. No biases, as
 * in the papers. All start as those of {@link Linear}.
 *
 * Source: Bahdanau et al. 2015, https://arxiv.org/abs/1409.0473; Luong et al. 2015,
 * https://arxiv.org/abs/1508.04025; Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 *
 * @throws ArgumentError if querySize and keySize differ for `"dot"` or `"scaledDot"`
 *
 * @example
 * const attention = new nn.Attention(4, 6); // a query of 4 features, keys of 6
 * const memory = attention.prepare(randn([2, 5, 6]), { lengths: [5, 3] });
 * const [context, weights] = attention.forward(randn([2, 4]), memory);
 * context.shape; // [2, 6]
 * weights.select(0, 1).slice(0, 3).toArray(); // [0, 0]
 * weights.sum(1).toArray(); // [1.0000, 1.0000]
 */
export class Attention extends Module {
  readonly querySize: number;
  readonly keySize: number;
  readonly score: AttentionScore;
  readonly queryProjection: Linear | null;
  readonly keyProjection: Linear | null;
  readonly scoreProjection: Linear | null;

  constructor(querySize: number, keySize: number, options: AttentionOptions = {}) {
    super();
    const { score = "general", attentionSize = querySize, generator } = options;
    checkSize("Attention", "querySize", querySize);
    checkSize("Attention", "keySize", keySize);
    checkSize("Attention", "attentionSize", attentionSize);
    checkScore(score, querySize, keySize);
    this.querySize = querySize;
    this.keySize = keySize;
    this.score = score;

    const project = (from: number, to: number) => new Linear(from, to, { bias: false, generator });
    const isAdditive = score === "additive";
    this.queryProjection = isAdditive ? project(querySize, attentionSize) : null;
    this.keyProjection = isAdditive
      ? project(keySize, attentionSize)
      : score === "general"
        ? project(keySize, querySize)
        : null;
    this.scoreProjection = isAdditive ? project(attentionSize, 1) : null;
  }

  /** Keys [batch, src, keySize] → what {@link forward} takes. Gradients flow back to the keys. */
  prepare(
    keys: Tensor,
    { values = keys, lengths, mask }: AttentionMemoryOptions = {},
  ): AttentionMemory {
    const where = "Attention.prepare";
    checkFloat(where, "keys", keys);
    if (keys.rank !== 3 || keys.shape[2] !== this.keySize) {
      throw new ShapeError(
        `${where}: expected keys [batch, src, ${this.keySize}] because keySize is ${this.keySize}, got ${formatShape(keys.shape)}.`,
      );
    }
    const [batch, src] = keys.shape;
    if (values.rank !== 3 || !sameShape(values.shape.slice(0, 2), [batch, src])) {
      throw new ShapeError(
        `${where}: expected values [${batch}, ${src}, valueSize], one for every key, got ${formatShape(values.shape)}.`,
      );
    }
    const projected = this.keyProjection?.forward(keys) ?? keys;
    return {
      keys: this.score === "additive" ? projected : this.#scaled(projected).transpose(),
      values,
      bias: biasFor(where, [batch, src], lengths, mask),
    };
  }

  /** A query, or many, and the prepared keys give the context and the weights. */
  forward(query: Tensor, memory: AttentionMemory): [context: Tensor, weights: Tensor] {
    const where = "Attention.forward";
    checkLastAxis(where, query.shape, "querySize", this.querySize);
    const batch = memory.values.shape[0];
    if (query.rank < 2 || query.rank > 3 || query.shape[0] !== batch) {
      throw new ShapeError(
        `${where}: expected a query [${batch}, ${this.querySize}] or [${batch}, tgt, ${this.querySize}] because the memory has ${batch} sequences, got ${formatShape(query.shape)}.`,
      );
    }
    if (query.rank === 2) {
      const [context, weights] = this.forward(query.unsqueeze(1), memory);
      return [context.squeeze(1), weights.squeeze(1)];
    }
    const scores = this.#scores(query, memory.keys); //                    [batch, tgt, src]
    const weights = (memory.bias ? scores.add(memory.bias) : scores).softmax(-1);
    return [weights.matmul(memory.values), weights];
  }

  override whyNotCausal(): string {
    return "attention looks at a whole sequence at every step";
  }

  #scaled(keys: Tensor): Tensor {
    return this.score === "scaledDot" ? keys.mul(1 / Math.sqrt(this.keySize)) : keys;
  }

  #scores(query: Tensor, keys: Tensor): Tensor {
    if (!this.queryProjection || !this.scoreProjection) return query.matmul(keys);
    const projected = this.queryProjection.forward(query).unsqueeze(2); // [batch, tgt, 1, size]
    const compared = projected.add(keys.unsqueeze(1)).tanh(); //           [batch, tgt, src, size]
    return this.scoreProjection.forward(compared).squeeze(-1);
  }
}

/** The memory of some of the sequences, in the order of `rows`: what a beam search needs. */
export function selectMemory(memory: AttentionMemory, rows: Tensor): AttentionMemory {
  return {
    keys: memory.keys.indexSelect(0, rows),
    values: memory.values.indexSelect(0, rows),
    bias: memory.bias && memory.bias.indexSelect(0, rows),
  };
}

function checkScore(score: AttentionScore, querySize: number, keySize: number): void {
  if (!["dot", "scaledDot", "general", "additive"].includes(score)) {
    throw new ArgumentError(
      `Attention: expected score "dot", "scaledDot", "general" or "additive", got ${JSON.stringify(score)}.`,
    );
  }
  if ((score === "dot" || score === "scaledDot") && querySize !== keySize) {
    throw new ArgumentError(
      `Attention: expected querySize and keySize to be equal for score "${score}", got ${querySize} and ${keySize}. "general" compares different sizes.`,
    );
  }
}

/** [batch, 1, src]: what is added to the scores before the softmax. */
function biasFor(
  where: string,
  [batch, src]: [number, number],
  lengths: SequenceLengths | undefined,
  mask: Tensor | undefined,
): Tensor | null {
  if (lengths && mask) {
    throw new ArgumentError(`${where}: expected lengths or a mask, got both.`);
  }
  const counts = lengths ? sequenceMask(readLengths(where, lengths, batch, src), src) : mask;
  if (!counts) return null;
  if (!sameShape(counts.shape, [batch, src])) {
    throw new ShapeError(
      `${where}: expected a mask [${batch}, ${src}], one number for every key, got ${formatShape(counts.shape)}.`,
    );
  }
  const array = counts.storage.array;
  for (let row = 0; row < batch; row++) {
    if (array.subarray(row * src, (row + 1) * src).some((count) => count !== 0)) continue;
    throw new ArgumentError(
      `${where}: expected at least one position that counts in every sequence, got none in sequence ${row}.`,
    );
  }
  // In a graph for any lengths the bias must stand, whatever those of the example are.
  return array.includes(0) || isTraced()
    ? zeros([batch, 1, src]).maskedFill(counts.eq(0).unsqueeze(1), -Infinity)
    : null;
}
