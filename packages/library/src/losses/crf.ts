/**
 * @file A linear-chain conditional random field (CRF): the tags of a sequence are scored together,
 * so that each one knows its neighbours.
 *
 *   score(y) = start[y₁] + Σ_t e_t[y_t] + Σ_t A[y_{t−1}, y_t] + end[y_T]
 *   loss     = log Z − score(y),  Z = Σ exp score(y′) over all sequences of tags y′
 *
 * Z has numTags^T terms; forwards and backwards through time it takes T · numTags²:
 *
 *   α_1[j] = start[j] + e_1[j]         α_t[j] = e_t[j] + log Σ_i exp(α_{t−1}[i] + A[i, j])
 *   β_T[i] = end[i]                    β_t[i] = log Σ_j exp(A[i, j] + e_{t+1}[j] + β_{t+1}[j])
 *   log Z  = log Σ_j exp(α_T[j] + end[j])
 *
 *   p(y_t = i)                = exp(α_t[i] + β_t[i] − log Z)
 *   p(y_{t+1} = j | y_t = i)  = exp(A[i, j] + e_{t+1}[j] + β_{t+1}[j] − β_t[i])
 *
 * Every gradient is what the model expects minus what is there: dL/de_t[i] = p(y_t = i) − [y_t = i],
 * and likewise for transitions, start and end.
 *
 * Source: Lafferty, McCallum and Pereira 2001, "Conditional random fields"; on top of recurrent
 * networks: Huang, Xu and Yu 2015, "Bidirectional LSTM-CRF models for sequence tagging"
 */

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import type { NumericArray } from "../core/dtype.ts";
import { ArgumentError, checkSize, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { lengthList, type SequenceLengths } from "../data/lengths.ts";
import { uniform_ } from "../nn/init.ts";
import { inEnginePrecision } from "../nn/layer-norm.ts";
import { Module, type Parameter } from "../nn/module.ts";
import { checkFloat, toIndices, zeros } from "../tensor/creation.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { reduced, rowFactors } from "./cross-entropy.ts";
import { checkReduction, type ReductionOptions } from "./reduction.ts";

export interface CRFOptions {
  /** `true`: [batch, seq, numTags]; `false`: [seq, batch, numTags]. Default: `false`. */
  batchFirst?: boolean;
  /** Where the initial transitions come from. Default: the library's own generator. */
  generator?: RandomGenerator;
}

export interface CRFSequenceOptions {
  /** True length of each sequence in a padded batch [batch]. */
  lengths?: SequenceLengths;
  /** Instead of `lengths`: 1 where a step counts [batch, seq], whatever the layout of the tags. */
  mask?: Tensor;
}

/**
 * The head of a tagger whose tags constrain each other: names of persons and places, chords, parts
 * of speech. It takes a score for every tag at every step, and learns which tag follows which.
 *
 * Parameters: `transitions` [numTags, numTags], from row to column, `start_transitions` and
 * `end_transitions` [numTags], all uniform in ±0.1 at the start. Keys and layout are those of the
 * Python package pytorch-crf, so its checkpoints load; but `forward` gives the loss, which is
 * to fall, and its mean over the batch unless told.
 *
 * A transition of −Infinity forbids a tag after another.
 *
 * @example
 * const crf = new nn.CRF(3, { batchFirst: true });
 * const emissions = randn([2, 5, 3], { requiresGrad: true }); // from a Linear behind an LSTM, say
 * const tags = tensor([[0, 1, 1, 2, 0], [2, 2, 1, 0, 0]]);
 * const loss = crf.forward(emissions, tags, { lengths: [5, 3] });
 * loss.backward();
 * crf.decode(emissions, { lengths: [5, 3] }).map((path) => path.length); // [5, 3]
 */
export class CRF extends Module {
  readonly numTags: number;
  readonly batchFirst: boolean;
  readonly startTransitions: Parameter; // [numTags]
  readonly endTransitions: Parameter; //   [numTags]
  readonly transitions: Parameter; //      [numTags, numTags]: from, to

  constructor(numTags: number, { batchFirst = false, generator }: CRFOptions = {}) {
    super();
    checkSize("CRF", "numTags", numTags);
    this.numTags = numTags;
    this.batchFirst = batchFirst;
    const create = (key: string, shape: number[]) =>
      this.register(key, uniform_(zeros(shape), -0.1, 0.1, generator));
    this.startTransitions = create("start_transitions", [numTags]);
    this.endTransitions = create("end_transitions", [numTags]);
    this.transitions = create("transitions", [numTags, numTags]);
  }

  /**
   * The negative log-likelihood of `tags`.
   *
   * - `emissions` [seq, batch, numTags], or [batch, seq, numTags] if `batchFirst`
   * - `tags`      [seq, batch], or [batch, seq]; what stands where no step counts may be anything
   *
   * @returns the mean over sequences [], their sum, or each one's [batch], as `reduction` says
   */
  forward(
    emissions: Tensor,
    tags: Tensor,
    { reduction = "mean", ...options }: CRFSequenceOptions & ReductionOptions = {},
  ): Tensor {
    const where = "CRF.forward";
    checkReduction(where, reduction);
    const sequences = this.#sequences(where, emissions, options);
    const paths = this.#paths(where, emissions, tags, sequences);
    const scores = this.#scores(emissions);

    const lattices = sequences.map((places) => forwardScores(scores, places));
    const losses = Float64Array.from(
      lattices,
      ({ logZ }, n) => logZ - scoreOf(scores, sequences[n], paths[n]),
    );
    const batch = sequences.length;
    const inputs = [emissions, this.startTransitions, this.endTransitions, this.transitions];
    const output = reduced(losses, reduction, batch, [batch]);
    return record("crf", inputs, output, (gradY) => {
      const factor = rowFactors(gradY, reduction, batch);
      const gradients: Gradients = {
        emissions: backend().alloc(emissions.size),
        start: new Float64Array(this.numTags),
        end: new Float64Array(this.numTags),
        transitions: new Float64Array(this.numTags ** 2),
      };
      sequences.forEach((places, n) => {
        addExpected(gradients, factor(n), scores, places, lattices[n]);
        subtractObserved(gradients, factor(n), places, paths[n], this.numTags);
      });
      return [
        new Tensor(gradients.emissions, emissions.shape),
        inEnginePrecision(gradients.start, this.startTransitions.shape),
        inEnginePrecision(gradients.end, this.endTransitions.shape),
        inEnginePrecision(gradients.transitions, this.transitions.shape),
      ];
    });
  }

  /**
   * The most probable tags of every sequence (Viterbi), as long as the sequence is. Of equals, the
   * lower tag wins.
   *
   * @example
   * const crf = new nn.CRF(2, { batchFirst: true });
   * crf.transitions.copy_(tensor([[0, -9], [-9, 0]])); // tags do not change within a sequence
   * crf.decode(tensor([[[2, 0], [0, 1], [2, 0]]])); // [[0, 0, 0]]
   */
  decode(emissions: Tensor, options: CRFSequenceOptions = {}): number[][] {
    const scores = this.#scores(emissions);
    return this.#sequences("CRF.decode", emissions, options).map((places) =>
      bestPath(scores, places),
    );
  }

  override whyNotCausal(): string {
    return "it scores the tags of a whole sequence together";
  }

  #scores(emissions: Tensor): Scores {
    const transitions = Float64Array.from(this.transitions.storage.array);
    const largest = transitions.reduce((a, b) => Math.max(a, b), -Infinity);
    const shift = Number.isFinite(largest) ? largest : 0;
    return {
      numTags: this.numTags,
      emissions: emissions.storage.array,
      start: this.startTransitions.storage.array,
      end: this.endTransitions.storage.array,
      transitions,
      factors: transitions.map((score) => Math.exp(score - shift)),
      shift,
    };
  }

  /** For each sequence, the places (rows of emissions) that count, in order. */
  #sequences(where: string, emissions: Tensor, options: CRFSequenceOptions): Int32Array[] {
    const { lengths, mask } = options;
    checkFloat(where, "emissions", emissions);
    const axes = this.batchFirst ? "[batch, seq, " : "[seq, batch, ";
    if (emissions.rank !== 3 || emissions.shape[2] !== this.numTags) {
      throw new ShapeError(
        `${where}: expected emissions ${axes}${this.numTags}] because numTags is ${this.numTags}, got ${formatShape(emissions.shape)}.`,
      );
    }
    const [batch, seq] = this.#layout(emissions);
    if (lengths && mask) {
      throw new ArgumentError(`${where}: expected lengths or a mask, got both.`);
    }
    if (mask && !sameShape(mask.shape, [batch, seq])) {
      throw new ShapeError(
        `${where}: expected the mask [batch, seq] = ${formatShape([batch, seq])}, got ${formatShape(mask.shape)}.`,
      );
    }
    const list = lengths ? lengthList(where, lengths) : new Int32Array(batch).fill(seq);
    if (list.length !== batch || list.some((n) => n > seq)) {
      throw new ArgumentError(
        `${where}: expected ${batch} lengths, one for each sequence, of at most ${seq}, got ${formatShape([...list])}.`,
      );
    }
    return Array.from(list, (length, n) => {
      const places = Int32Array.from({ length: Math.max(0, length) }, (_, t) => t)
        .filter((t) => !mask || mask.storage.array[n * seq + t] !== 0)
        .map((t) => (this.batchFirst ? n * seq + t : t * batch + n));
      if (places.length > 0) return places;
      throw new ArgumentError(
        `${where}: expected every sequence to have a step that counts, got none in sequence ${n}.`,
      );
    });
  }

  #layout({ shape }: Tensor): [batch: number, seq: number] {
    return this.batchFirst ? [shape[0], shape[1]] : [shape[1], shape[0]];
  }

  /** The tags at the places that count. */
  #paths(where: string, emissions: Tensor, tags: Tensor, sequences: Int32Array[]): Int32Array[] {
    const expected = emissions.shape.slice(0, 2);
    if (!sameShape(tags.shape, expected)) {
      throw new ShapeError(
        `${where}: expected tags ${formatShape(expected)}, one for each step, got ${formatShape(tags.shape)}.`,
      );
    }
    const ids = toIndices(where, tags);
    return sequences.map((places, n) =>
      places.map((place, t) => {
        if (ids[place] >= 0 && ids[place] < this.numTags) return ids[place];
        throw new ArgumentError(
          `${where}: expected tags from 0 to ${this.numTags - 1} because numTags is ${this.numTags}, got ${ids[place]} at step ${t} of sequence ${n}. Is it padding? Then give lengths or a mask.`,
        );
      }),
    );
  }
}

interface Scores {
  numTags: number;
  /** One row of numTags for each place. */
  emissions: NumericArray;
  start: NumericArray;
  end: NumericArray;
  /** A [from, to] */
  transitions: Float64Array;
  /** exp(A − shift), for {@link sumOver} */
  factors: Float64Array;
  shift: number;
}

interface Gradients {
  emissions: NumericArray;
  start: Float64Array;
  end: Float64Array;
  transitions: Float64Array;
}

/** α of one sequence [steps, numTags], and log Z. */
interface Lattice {
  alpha: Float64Array;
  logZ: number;
}

function forwardScores(scores: Scores, places: Int32Array): Lattice {
  const { numTags: K, emissions, start, end } = scores;
  const alpha = new Float64Array(places.length * K);
  const exponentials = new Float64Array(K);
  for (let j = 0; j < K; j++) alpha[j] = start[j] + emissions[places[0] * K + j];
  for (let t = 1; t < places.length; t++) {
    const before = alpha.subarray((t - 1) * K, t * K);
    const now = alpha.subarray(t * K, (t + 1) * K);
    sumOver("from", before, scores, exponentials, now);
    for (let j = 0; j < K; j++) now[j] += emissions[places[t] * K + j];
  }
  const last = alpha.subarray(alpha.length - K);
  return { alpha, logZ: logSumExp(last.map((score, j) => score + end[j])) };
}

/** Below this, terms of a sum may have been lost: a float64 ends at 1e−308. */
const SMALLEST_SUM = 1e-280;

/**
 * log Σ exp(a + A) over all tags to come from, or to go to. Written as
 *
 *   max a + shift + log Σ exp(a − max a) · exp(A − shift)
 *
 * it takes an exponential for every tag, and not for every pair. Where scores lie so far apart that
 * the sum gets lost in rounding, it is worked out as it stands.
 *
 * @returns max a; `exponentials` are those of a − max a
 */
function sumOver(
  side: "from" | "to",
  a: Float64Array,
  { numTags: K, transitions, factors, shift }: Scores,
  exponentials: Float64Array,
  out: Float64Array,
): number {
  const [step, nextOut] = side === "from" ? [K, 1] : [1, K];
  let largest = -Number.MAX_VALUE;
  for (let i = 0; i < K; i++) largest = Math.max(largest, a[i]);
  for (let i = 0; i < K; i++) exponentials[i] = Math.exp(a[i] - largest);
  for (let o = 0; o < K; o++) {
    let sum = 0;
    for (let i = 0, at = o * nextOut; i < K; i++, at += step) sum += exponentials[i] * factors[at];
    out[o] =
      sum > SMALLEST_SUM
        ? largest + shift + Math.log(sum)
        : logSumExp(a.map((score, i) => score + transitions[o * nextOut + i * step]));
  }
  return largest;
}

function scoreOf(scores: Scores, places: Int32Array, path: Int32Array): number {
  const { numTags: K, emissions, start, end, transitions } = scores;
  let score = start[path[0]] + end[path[path.length - 1]];
  for (let t = 0; t < path.length; t++) {
    score += emissions[places[t] * K + path[t]];
    if (t > 0) score += transitions[path[t - 1] * K + path[t]];
  }
  return score;
}

/** Adds g times the probability of every tag and transition, walking β back from the last step. */
function addExpected(
  gradients: Gradients,
  g: number,
  scores: Scores,
  places: Int32Array,
  { alpha, logZ }: Lattice,
): void {
  const { numTags: K, emissions, end, transitions, factors, shift } = scores;
  const last = places.length - 1;
  const pairs = gradients.transitions;
  let beta = Float64Array.from(end);
  let after = new Float64Array(K); // e + β of the step after
  const exponentials = new Float64Array(K);

  for (let t = last; t >= 0; t--) {
    let largest = 0;
    if (t < last) {
      [beta, after] = [after, beta];
      for (let j = 0; j < K; j++) after[j] += emissions[places[t + 1] * K + j];
      largest = sumOver("to", after, scores, exponentials, beta);
    }
    for (let i = 0; i < K; i++) {
      const p = g * Math.exp(alpha[t * K + i] + beta[i] - logZ);
      gradients.emissions[places[t] * K + i] += p;
      if (t === 0) gradients.start[i] += p;
      if (t === last) gradients.end[i] += p;
      if (t === last || p === 0) continue;
      // The probability of j after i, from the parts of the sum that made β.
      const inverse = Math.exp(largest + shift - beta[i]);
      if (inverse < 1 / SMALLEST_SUM) {
        const scale = p * inverse;
        for (let j = 0, at = i * K; j < K; j++, at++) {
          pairs[at] += scale * exponentials[j] * factors[at];
        }
      } else {
        for (let j = 0, at = i * K; j < K; j++, at++) {
          pairs[at] += p * Math.exp(transitions[at] + after[j] - beta[i]);
        }
      }
    }
  }
}

function subtractObserved(
  gradients: Gradients,
  g: number,
  places: Int32Array,
  path: Int32Array,
  K: number,
): void {
  gradients.start[path[0]] -= g;
  gradients.end[path[path.length - 1]] -= g;
  for (let t = 0; t < path.length; t++) {
    gradients.emissions[places[t] * K + path[t]] -= g;
    if (t > 0) gradients.transitions[path[t - 1] * K + path[t]] -= g;
  }
}

function bestPath(scores: Scores, places: Int32Array): number[] {
  const { numTags: K, emissions, start, end, transitions } = scores;
  const from = new Int32Array(places.length * K); // the best tag before each
  let best = Float64Array.from({ length: K }, (_, j) => start[j] + emissions[places[0] * K + j]);
  for (let t = 1; t < places.length; t++) {
    const next = new Float64Array(K);
    for (let j = 0; j < K; j++) {
      let winner = 0;
      for (let i = 1; i < K; i++) {
        const isBetter =
          best[i] + transitions[i * K + j] > best[winner] + transitions[winner * K + j];
        if (isBetter) winner = i;
      }
      from[t * K + j] = winner;
      next[j] = best[winner] + transitions[winner * K + j] + emissions[places[t] * K + j];
    }
    best = next;
  }
  let tag = 0;
  for (let j = 1; j < K; j++) if (best[j] + end[j] > best[tag] + end[tag]) tag = j;
  const path = [tag];
  for (let t = places.length - 1; t > 0; t--) path.push((tag = from[t * K + tag]));
  return path.reverse();
}

function logSumExp(terms: Float64Array): number {
  let largest = -Infinity;
  for (let i = 0; i < terms.length; i++) if (terms[i] > largest) largest = terms[i];
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum += Math.exp(terms[i] - largest);
  return largest + Math.log(sum);
}
