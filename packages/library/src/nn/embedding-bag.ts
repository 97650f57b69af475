/**
 * @file A table of vectors of which whole bags of ids are read at once, without their order.
 *
 *   sum   y = Σ w_j · weight[id_j]          w_j = 1, or the weights given
 *   mean  y = Σ weight[id_j] / n            n ids in the bag
 *   max   y = max over j of weight[id_j]    feature by feature; the first of equals gets the gradient
 */

import { record } from "../autograd/tape.ts";
import { traceAs } from "../autograd/trace.ts";
import { backend } from "../backends/index.ts";
import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { lengthList, type SequenceLengths } from "../data/lengths.ts";
import { checkFloat, toIndices } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkRows, Embedding, type EmbeddingOptions } from "./embedding.ts";

export type EmbeddingBagMode = "sum" | "mean" | "max";

export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** How the vectors of a bag become one. Default: `"mean"`. */
  mode?: EmbeddingBagMode;
}

export interface EmbeddingBagForwardOptions {
  /** For ids [n] one bag after another: where each begins [batch]. The first is 0. */
  offsets?: readonly number[] | Int32Array | Tensor;
  /** For ids [batch, seq]: how many of a row count [batch]. */
  lengths?: SequenceLengths;
  /** One factor for every id, in the shape of the ids; for mode `"sum"`. */
  perSampleWeights?: Tensor;
}

/**
 * The mean, sum or maximum of the vectors of a bag of ids: a text without its word order. With a
 * {@link Linear} behind it, the baseline that a recurrent classifier has to beat.
 *
 * - ids [batch, seq]; or [n], with `offsets` where each bag begins
 * - result [batch, embeddingDim]
 *
 * Ids equal to `paddingIdx` are no part of their bag. An empty bag gives zeros.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html; as a classifier:
 * Joulin et al. 2017, "Bag of tricks for efficient text classification"
 *
 * @throws ArgumentError in `forward`, naming the first id outside the table and its position
 *
 * @example
 * const model = new nn.Sequential(new nn.EmbeddingBag(1000, 16), new nn.Linear(16, 2));
 * model.forward(tensor([[4, 8, 15], [16, 23, 42]])).shape; // [2, 2]
 */
export class EmbeddingBag extends Embedding {
  readonly mode: EmbeddingBagMode;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    super(numEmbeddings, embeddingDim, options);
    const { mode = "mean" } = options;
    if (mode !== "sum" && mode !== "mean" && mode !== "max") {
      throw new ArgumentError(
        `EmbeddingBag: expected mode "sum", "mean" or "max", got ${JSON.stringify(mode)}.`,
      );
    }
    this.mode = mode;
  }

  override whyNotCausal(): string {
    return "it makes one vector of all the steps";
  }

  /** ids [batch, seq], or [n] with offsets → [batch, embeddingDim] */
  override forward(ids: Tensor, options: EmbeddingBagForwardOptions = {}): Tensor {
    const { weight, mode, paddingIdx } = this;
    const rows = toIndices("EmbeddingBag.forward", ids);
    checkRows("EmbeddingBag.forward", rows, ids.shape, this.numEmbeddings);
    const factors = checkedFactors(ids, mode, options.perSampleWeights);
    const bags = bagsOf(ids, options).map(([from, to]) => {
      const places: number[] = [];
      for (let j = from; j < to; j++) if (rows[j] !== paddingIdx) places.push(j);
      return places;
    });
    return traceAs(
      "embeddingBag",
      [ids, weight],
      () =>
        mode === "max"
          ? largest(weight, rows, bags)
          : total(weight, rows, bags, factors, mode === "mean"),
      { mode, paddingIdx, options },
    );
  }
}

type Range = [from: number, to: number];

/** Where each bag's ids stand. */
function bagsOf(ids: Tensor, { offsets, lengths }: EmbeddingBagForwardOptions): Range[] {
  const where = "EmbeddingBag.forward";
  if (ids.rank === 2 && !offsets) {
    const [batch, seq] = ids.shape;
    const list = lengths ? lengthList(where, lengths) : new Int32Array(batch).fill(seq);
    if (list.length !== batch || list.some((n) => n < 0 || n > seq)) {
      throw new ArgumentError(
        `${where}: expected ${batch} lengths, one for each row, between 0 and ${seq}, got ${formatShape([...list])}.`,
      );
    }
    return Array.from(list, (n, row): Range => [row * seq, row * seq + n]);
  }
  if (ids.rank !== 1 || !offsets || lengths) {
    throw new ShapeError(
      `${where}: expected ids [batch, seq], with lengths if need be, or ids [n] with offsets, got ids ${formatShape(ids.shape)}${offsets ? " and offsets" : ""}.`,
    );
  }
  const starts = lengthList(where, offsets);
  const isRising = starts.every((start, i) => start >= (i ? starts[i - 1] : 0));
  if (starts[0] !== 0 || !isRising || starts[starts.length - 1] > ids.size) {
    throw new ArgumentError(
      `${where}: expected offsets that begin with 0 and rise to at most ${ids.size}, the number of ids, got ${formatShape([...starts])}.`,
    );
  }
  return Array.from(starts, (start, i): Range => [start, starts[i + 1] ?? ids.size]);
}

function checkedFactors(
  ids: Tensor,
  mode: EmbeddingBagMode,
  perSampleWeights: Tensor | undefined,
): Tensor | null {
  if (!perSampleWeights) return null;
  const where = "EmbeddingBag.forward";
  if (mode !== "sum") {
    throw new ArgumentError(
      `${where}: perSampleWeights are for mode "sum", which this layer's is not: it is "${mode}".`,
    );
  }
  checkFloat(where, "perSampleWeights", perSampleWeights);
  if (!sameShape(perSampleWeights.shape, ids.shape)) {
    throw new ShapeError(
      `${where}: expected perSampleWeights in the shape of the ids, ${formatShape(ids.shape)}, got ${formatShape(perSampleWeights.shape)}.`,
    );
  }
  return perSampleWeights;
}

/** dL/dweight[id] = Σ w · dL/dy over all places of the id;  dL/dw_j = dL/dy · weight[id_j] */
function total(
  weight: Tensor,
  rows: Int32Array,
  bags: number[][],
  factors: Tensor | null,
  isMean: boolean,
): Tensor {
  const width = weight.shape[1];
  const table = weight.storage.array;
  const scale = (bag: number[], j: number) => {
    if (isMean) return 1 / bag.length;
    return factors ? factors.storage.array[j] : 1;
  };
  const out = backend().alloc(bags.length * width);
  bags.forEach((bag, b) => {
    const at = b * width;
    const sums = new Float64Array(width);
    for (const j of bag) {
      const w = scale(bag, j);
      for (let i = 0, from = rows[j] * width; i < width; i++, from++) sums[i] += w * table[from];
    }
    out.set(sums, at);
  });
  const y = new Tensor(out, [bags.length, width]);
  return record("embeddingBag", factors ? [weight, factors] : [weight], y, (gradY) => {
    const grad = gradY.storage.array;
    const gradWeight = backend().alloc(weight.size);
    const gradFactors = factors && backend().alloc(factors.size);
    bags.forEach((bag, b) => {
      const at = b * width;
      for (const j of bag) {
        const w = scale(bag, j);
        const from = rows[j] * width;
        let overlap = 0;
        for (let i = 0; i < width; i++) {
          gradWeight[from + i] += w * grad[at + i];
          overlap += table[from + i] * grad[at + i];
        }
        if (gradFactors) gradFactors[j] = overlap;
      }
    });
    return [
      new Tensor(gradWeight, weight.shape),
      ...(factors ? [new Tensor(gradFactors!, factors.shape)] : []),
    ];
  });
}

function largest(weight: Tensor, rows: Int32Array, bags: number[][]): Tensor {
  const width = weight.shape[1];
  const table = weight.storage.array;
  const out = backend().alloc(bags.length * width);
  const winners = new Int32Array(out.length).fill(-1); // where in the table
  bags.forEach((bag, b) => {
    for (let i = 0, at = b * width; i < width && bag.length > 0; i++, at++) {
      let best = rows[bag[0]] * width + i;
      for (const j of bag) {
        if (table[rows[j] * width + i] > table[best]) best = rows[j] * width + i;
      }
      winners[at] = best;
      out[at] = table[best];
    }
  });
  return record("embeddingBag", [weight], new Tensor(out, [bags.length, width]), (gradY) => {
    const grad = gradY.storage.array;
    const gradWeight = backend().alloc(weight.size);
    winners.forEach((from, at) => {
      if (from >= 0) gradWeight[from] += grad[at];
    });
    return [new Tensor(gradWeight, weight.shape)];
  });
}
