/**
 * @file Language modelling by counting: n-grams with interpolated modified Kneser–Ney smoothing
 * (Chen and Goodman 1999, "An empirical study of smoothing techniques for language modeling").
 *
 *   p(w | h) = max(a(hw) − D(a(hw)), 0) / a(h·)  +  λ(h) · p(w | h′)
 *
 * where h′ is the context h without its oldest token, a(h·) = Σ a(hw), and λ(h) = Σ D(a(hw)) / a(h·)
 * is exactly what the discounts took away, so that p(· | h) sums to one. Below everything stands the
 * uniform distribution 1 / V. A context never seen is passed over: p(w | h) = p(w | h′).
 *
 * At the highest order a(hw) is how often hw occurs. Below it is after how many different tokens hw
 * occurs: `Francisco` may be frequent, but it follows one word only, so where nothing else is known
 * it is unlikely.
 */

import { ArgumentError } from "../core/errors.ts";
import type { LanguageModel } from "./language-model.ts";

export interface NgramOptions {
  /** Tokens go from 0 to `vocabSize − 1`. */
  vocabSize: number;
  /** The longest n-grams counted; the context has one token less. 1 counts single tokens. Default: 5. */
  order?: number;
}

/** Where counts of counts are missing (tiny texts, order 1 of characters): KenLM's own fallback. */
const FALLBACK_DISCOUNTS = [0, 0.5, 1, 1.5];

const ROOT = 0;

/** `contexts[k]` is the node of the last k tokens; the list ends where they were never seen. */
export type NgramState = readonly number[];

/**
 * An n-gram model of a sequence of ids. Time and memory grow with the number of different n-grams:
 * a million characters of Shakespeare with order 5 take about a second and 17 MiB, with order 7
 * four times as much.
 *
 * @example
 * const ids = Int32Array.of(0, 1, 0, 1, 0, 1, 0, 2);
 * const model = new NgramModel(ids, { vocabSize: 3, order: 2 });
 * model.distribution([0]); // [0.208, 0.521, 0.271]
 * model.probability([2, 1], 0); // 0.708
 */
export class NgramModel implements LanguageModel<NgramState> {
  readonly order: number;
  readonly vocabSize: number;
  readonly #tree: NgramTree;
  /** [order][4]: what is taken from a count of 0, 1, 2, 3 or more. */
  readonly #discounts: number[][];
  /** Per n-gram as a context h: a(h·). */
  readonly #totals: Float64Array;
  /** Per n-gram as a context h: Σ D(a(hw)). */
  readonly #held: Float64Array;

  constructor(ids: Int32Array, { vocabSize, order = 5 }: NgramOptions) {
    if (!(Number.isInteger(order) && order >= 1 && order <= 16)) {
      throw new ArgumentError(
        `NgramModel: expected order to be a whole number from 1 to 16, got ${String(order)}.`,
      );
    }
    for (const id of ids) {
      if (id >= 0 && id < vocabSize) continue;
      throw new ArgumentError(
        `NgramModel: expected ids from 0 to ${vocabSize - 1} because vocabSize is ${vocabSize}, got ${id}.`,
      );
    }
    this.order = order;
    this.vocabSize = vocabSize;
    this.#tree = new NgramTree(ids, order);

    const { parents, depths, size } = this.#tree;
    const countsOfCounts = Array.from({ length: order + 1 }, () => new Float64Array(5));
    for (let node = 1; node < size; node++) {
      const a = this.#tree.adjusted(node);
      if (a <= 4) countsOfCounts[depths[node]][a]++;
    }
    this.#discounts = countsOfCounts.map(discountsOf);

    this.#totals = new Float64Array(size);
    this.#held = new Float64Array(size);
    for (let node = 1; node < size; node++) {
      const a = this.#tree.adjusted(node);
      this.#totals[parents[node]] += a;
      this.#held[parents[node]] += this.#discount(depths[node], a);
    }
  }

  #discount(depth: number, a: number): number {
    return this.#discounts[depth][Math.min(a, 3)];
  }

  /**
   * p(token | context). Of a long context only the last `order − 1` tokens count; a shorter one is
   * a context too.
   */
  probability(context: ArrayLike<number>, token: number): number {
    return this.#probability(this.#contextsOf(context), token);
  }

  /** p(· | context) for all tokens; sums to one. */
  distribution(context: ArrayLike<number>): Float64Array {
    const contexts = this.#contextsOf(context);
    return Float64Array.from({ length: this.vocabSize }, (_, token) =>
      this.#probability(contexts, token),
    );
  }

  /** The state of {@link LanguageModel}: the empty context. */
  start(): NgramState {
    return [ROOT];
  }

  /** The contexts one token later: the last k + 1 tokens are the last k before, then `token`. */
  advance(contexts: NgramState, token: number): NgramState {
    const next = [ROOT];
    for (const context of contexts) {
      if (next.length === this.order) break;
      const node = this.#tree.child(context, token);
      if (node < 0) break; // what ends in something unseen is unseen
      next.push(node);
    }
    return next;
  }

  /** ln p(token | contexts). */
  logProbability(contexts: NgramState, token: number): number {
    return Math.log(this.#probability(contexts, token));
  }

  /**
   * ln p of each id but the first, given those before it: [ids.length − 1]. These are the
   * predictions that a network makes from inputs `ids[0 …]` for targets `ids[1 …]`.
   */
  logProbabilities(ids: ArrayLike<number>): Float64Array {
    const result = new Float64Array(Math.max(0, ids.length - 1));
    let contexts = this.#contextsOf([]);
    for (let i = 0; i < ids.length; i++) {
      if (i > 0) result[i - 1] = this.logProbability(contexts, ids[i]);
      contexts = this.advance(contexts, ids[i]);
    }
    return result;
  }

  /** The mean of −{@link logProbabilities}: nats per token. */
  crossEntropy(ids: ArrayLike<number>): number {
    const logProbabilities = this.logProbabilities(ids);
    return -logProbabilities.reduce((sum, it) => sum + it, 0) / logProbabilities.length;
  }

  #contextsOf(context: ArrayLike<number>): NgramState {
    let contexts = this.start();
    for (let i = Math.max(0, context.length - this.order + 1); i < context.length; i++) {
      contexts = this.advance(contexts, context[i]);
    }
    return contexts;
  }

  #probability(contexts: NgramState, token: number): number {
    let p = 1 / this.vocabSize;
    for (const [length, context] of contexts.entries()) {
      const total = this.#totals[context];
      if (total === 0) break; // seen once, as the very last tokens: nothing followed
      const node = this.#tree.child(context, token);
      const a = node < 0 ? 0 : this.#tree.adjusted(node);
      p = (a - this.#discount(length + 1, a) + this.#held[context] * p) / total;
    }
    return p;
  }
}

/** D₁ = 1 − 2Y·n₂/n₁, D₂ = 2 − 3Y·n₃/n₂, D₃₊ = 3 − 4Y·n₄/n₃, with Y = n₁ / (n₁ + 2n₂). */
function discountsOf(countsOfCounts: Float64Array): number[] {
  const [, n1, n2, n3, n4] = countsOfCounts;
  if (n1 === 0 || n2 === 0 || n3 === 0) return FALLBACK_DISCOUNTS;
  const y = n1 / (n1 + 2 * n2);
  const discounts = [0, 1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
  // Outside these bounds a probability would be negative, or unseen tokens would get nothing.
  const usable = discounts.every((d, a) => a === 0 || (d > 0 && d <= a));
  return usable ? discounts : FALLBACK_DISCOUNTS;
}

/**
 * All n-grams up to an order as a tree: a node is an n-gram, its parent the same without the last
 * token. Flat arrays, and one hash table from (parent, token) to node.
 */
class NgramTree {
  readonly order: number;
  /** Nodes, the empty n-gram included. */
  size = 1;
  parents: Int32Array;
  depths: Uint8Array;
  #tokens: Int32Array;
  /** How often the n-gram occurs. */
  #counts: Int32Array;
  /** After how many different tokens it occurs; the start of the text counts as one. */
  #befores: Int32Array;
  /** Open addressing; 0 is free, because the root is nobody's child. */
  #table: Int32Array;

  constructor(ids: Int32Array, order: number) {
    this.order = order;
    const room = 1024;
    this.parents = new Int32Array(room);
    this.depths = new Uint8Array(room);
    this.#tokens = new Int32Array(room);
    this.#counts = new Int32Array(room);
    this.#befores = new Int32Array(room);
    this.#table = new Int32Array(2 * room);

    // From the end, so that of an n-gram the part without its first token is already in the tree:
    // it is one level up on the path that began one place later.
    let pathAfter: number[] = [ROOT];
    for (let start = ids.length - 1; start >= 0; start--) {
      const path = [ROOT];
      for (let k = 1; k <= order && start + k <= ids.length; k++) {
        const sizeBefore = this.size;
        const node = this.#childOrNew(path[k - 1], ids[start + k - 1], k);
        this.#counts[node]++;
        if (this.size > sizeBefore && k > 1) this.#befores[pathAfter[k - 1]]++;
        path.push(node);
      }
      pathAfter = path;
    }
    for (const node of pathAfter) this.#befores[node]++;
  }

  /** The a(hw) of the formula. */
  adjusted(node: number): number {
    return this.depths[node] === this.order ? this.#counts[node] : this.#befores[node];
  }

  /** The node of `parent` followed by `token`; −1 if that never occurs. */
  child(parent: number, token: number): number {
    return this.#table[this.#slot(parent, token)] || -1;
  }

  /** Where (parent, token) stands in the table, or the free place where it belongs. */
  #slot(parent: number, token: number): number {
    const mask = this.#table.length - 1;
    let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(token + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const node = this.#table[slot];
      if (node === 0 || (this.parents[node] === parent && this.#tokens[node] === token))
        return slot;
      slot = (slot + 1) & mask;
    }
  }

  #childOrNew(parent: number, token: number, depth: number): number {
    let slot = this.#slot(parent, token);
    if (this.#table[slot] !== 0) return this.#table[slot];
    if (this.size === this.parents.length) {
      this.#grow();
      slot = this.#slot(parent, token);
    }
    const node = this.size++;
    this.parents[node] = parent;
    this.depths[node] = depth;
    this.#tokens[node] = token;
    this.#table[slot] = node;
    return node;
  }

  #grow(): void {
    const room = 2 * this.parents.length;
    const copy = (array: Int32Array) => {
      const larger = new Int32Array(room);
      larger.set(array);
      return larger;
    };
    this.parents = copy(this.parents);
    this.#tokens = copy(this.#tokens);
    this.#counts = copy(this.#counts);
    this.#befores = copy(this.#befores);
    const depths = new Uint8Array(room);
    depths.set(this.depths);
    this.depths = depths;

    this.#table = new Int32Array(2 * room);
    for (let node = 1; node < this.size; node++) {
      this.#table[this.#slot(this.parents[node], this.#tokens[node])] = node;
    }
  }
}
