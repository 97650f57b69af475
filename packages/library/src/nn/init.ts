/**
 * @file Where initial weights come from: `nn.init`, PyTorch's names in camelCase.
 *
 * Every function changes the tensor that it is given, records nothing, and gives the tensor back.
 * A weight [outFeatures, inFeatures] has fanIn = inFeatures and fanOut = outFeatures; further axes,
 * as in convolutions, multiply both.
 *
 * Source: https://pytorch.org/docs/stable/nn.init.html
 */

import { ArgumentError, checkProbability, formatShape, ShapeError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { checkFloat, zeros } from "../tensor/creation.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * U(low, high).
 *
 * @example
 * const weight = nn.init.uniform_(zeros([2, 3]), -0.1, 0.1);
 * weight.abs().max().item() <= 0.1; // true
 */
export function uniform_(
  target: Tensor,
  low = 0,
  high = 1,
  generator: RandomGenerator = defaultGenerator,
): Tensor {
  return fill("uniform_", target, () => low + (high - low) * generator.random());
}

/** N(mean, std²). */
export function normal_(
  target: Tensor,
  mean = 0,
  std = 1,
  generator: RandomGenerator = defaultGenerator,
): Tensor {
  return fill("normal_", target, () => mean + std * generator.normal());
}

export interface TruncNormalOptions {
  /** Default: 0. */
  mean?: number;
  /** Default: 1. */
  std?: number;
  /** Nothing below. Default: −2. */
  low?: number;
  /** Nothing above. Default: 2. */
  high?: number;
  /** Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * N(mean, std²), but drawn anew until it is in [low, high]. The bounds are values, not multiples of
 * `std`, as in PyTorch.
 *
 * @example
 * const weight = nn.init.truncNormal_(zeros([50, 50]), { std: 0.02, low: -0.04, high: 0.04 });
 * weight.abs().max().item() <= 0.04; // true
 */
export function truncNormal_(
  target: Tensor,
  { mean = 0, std = 1, low = -2, high = 2, generator = defaultGenerator }: TruncNormalOptions = {},
): Tensor {
  // Further out than this from the likeliest value that is allowed, there is less than e^−40.
  const mode = Math.min(high, Math.max(low, mean));
  const [from, to] = [Math.max(low, mode - 9 * std), Math.min(high, mode + 9 * std)];
  if (!(from < to)) {
    throw new ArgumentError(
      `truncNormal_: expected std above 0 and low below high, got std ${std}, low ${low} and high ${high}.`,
    );
  }
  const logDensity = (x: number) => -0.5 * ((x - mean) / std) ** 2;
  // A draw from the whole normal distribution, or one from the interval that is kept with the
  // probability that the density leaves it: whichever lies inside more often.
  const isWide = low <= mean && mean <= high && to - from > 2.5 * std;
  const draw = () => {
    for (;;) {
      const x = isWide ? mean + std * generator.normal() : from + (to - from) * generator.random();
      if (
        isWide
          ? x >= low && x <= high
          : generator.random() < Math.exp(logDensity(x) - logDensity(mode))
      )
        return x;
    }
  };
  return fill("truncNormal_", target, draw);
}

/**
 * N(0, std²), but in every column a share of `sparsity` of the rows, drawn at random, is 0. A matrix
 * only.
 *
 * Source: Martens 2010, "Deep learning via Hessian-free optimization"
 *
 * @example
 * const weight = nn.init.sparse_(zeros([10, 3]), 0.7);
 * weight.ne(0).sum(0).toArray(); // [3, 3, 3]
 */
export function sparse_(
  target: Tensor,
  sparsity: number,
  std = 0.01,
  generator: RandomGenerator = defaultGenerator,
): Tensor {
  const [rows, columns] = matrixSizes("sparse_", target);
  checkProbability("sparse_", "sparsity", sparsity);
  normal_(target, 0, std, generator);
  const array = target.storage.array;
  for (let column = 0; column < columns; column++) {
    for (const row of generator.permutation(rows).subarray(0, Math.ceil(sparsity * rows))) {
      array[row * columns + column] = 0;
    }
  }
  return target;
}

/** All `value`. */
export function constant_(target: Tensor, value: number): Tensor {
  return target.fill_(value);
}

/** All 0. */
export function zeros_(target: Tensor): Tensor {
  return target.fill_(0);
}

/** All 1. */
export function ones_(target: Tensor): Tensor {
  return target.fill_(1);
}

/**
 * The identity: 1 where row and column are equal, else 0. A matrix only.
 *
 * @example
 * nn.init.eye_(zeros([2, 3])).toArray(); // [[1, 0, 0], [0, 1, 0]]
 */
export function eye_(target: Tensor): Tensor {
  const [rows, columns] = matrixSizes("eye_", target);
  target.fill_(0);
  const array = target.storage.array;
  for (let i = 0; i < Math.min(rows, columns); i++) array[i * columns + i] = 1;
  return target;
}

/**
 * U(−a, a) with a = gain · √(6 / (fanIn + fanOut)): keeps the variance of what flows forward and
 * back about equal.
 *
 * Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural
 * networks"
 */
export function xavierUniform_(target: Tensor, gain = 1, generator?: RandomGenerator): Tensor {
  const { fanIn, fanOut } = fansOf("xavierUniform_", target);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform_(target, -bound, bound, generator);
}

/** N(0, std²) with std = gain · √(2 / (fanIn + fanOut)); see {@link xavierUniform_}. */
export function xavierNormal_(target: Tensor, gain = 1, generator?: RandomGenerator): Tensor {
  const { fanIn, fanOut } = fansOf("xavierNormal_", target);
  return normal_(target, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), generator);
}

/** What follows the layer. */
export type Nonlinearity = "linear" | "conv1d" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

export interface KaimingOptions {
  /** Slope below zero, for `"leakyRelu"`. Default: 0. */
  a?: number;
  /** Keep the variance going forward, or back. Default: `"fanIn"`. */
  mode?: "fanIn" | "fanOut";
  /** Default: `"leakyRelu"`. */
  nonlinearity?: Nonlinearity;
  /** Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * U(−b, b) with b = gain · √(3 / fan), where the gain is that of the nonlinearity which follows.
 *
 * Source: He et al. 2015, "Delving deep into rectifiers: surpassing human-level performance on
 * ImageNet classification"
 */
export function kaimingUniform_(target: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd("kaimingUniform_", target, options);
  return uniform_(target, -bound, bound, options.generator);
}

/** N(0, std²) with std = gain / √fan; see {@link kaimingUniform_}. */
export function kaimingNormal_(target: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(target, 0, kaimingStd("kaimingNormal_", target, options), options.generator);
}

function kaimingStd(
  where: string,
  target: Tensor,
  { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" }: KaimingOptions,
): number {
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new ArgumentError(
      `${where}: expected mode to be "fanIn" or "fanOut", got ${String(mode)}.`,
    );
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(fansOf(where, target)[mode]);
}

/**
 * How much larger weights must be because of the nonlinearity after them.
 *
 * @example
 * nn.init.calculateGain("tanh"); // 1.667
 */
export function calculateGain(nonlinearity: Nonlinearity, a = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + a * a));
    case "selu":
      return 3 / 4;
    default:
      throw new ArgumentError(
        `calculateGain: expected "linear", "conv1d", "sigmoid", "tanh", "relu", "leakyRelu" or "selu", got ${String(nonlinearity)}.`,
      );
  }
}

/**
 * A random orthogonal matrix times `gain`: rows are orthonormal, or columns where there are fewer of
 * them. Axes after the first count as one. Recurrent weights that start so neither shrink nor grow
 * the state.
 *
 * Source: Saxe et al. 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear
 * neural networks"
 *
 * @example
 * const weight = nn.init.orthogonal_(zeros([3, 3]));
 * weight.matmul(weight.transpose()).select(0, 0).toArray(); // [1.000, 0.000, 0.000]
 */
export function orthogonal_(
  target: Tensor,
  gain = 1,
  generator: RandomGenerator = defaultGenerator,
): Tensor {
  checkFloat("orthogonal_", "the tensor", target);
  if (target.rank < 2) {
    throw new ShapeError(
      `orthogonal_: expected at least two axes, got ${formatShape(target.shape)}.`,
    );
  }
  const rows = target.shape[0];
  const columns = target.size / (rows || 1);
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors = orthonormalVectors(count, length, generator);
  const array = target.storage.array;
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      array[i] = gain * (rows <= columns ? vectors[row][column] : vectors[column][row]);
    }
  }
  target.storage.changed();
  return target;
}

/** Gram and Schmidt's process on normal vectors, each one twice: once leaves rounding behind. */
function orthonormalVectors(
  count: number,
  length: number,
  generator: RandomGenerator,
): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const v = Float64Array.from({ length }, () => generator.normal());
    for (let round = 0; round < 2; round++) {
      for (const other of vectors) {
        const overlap = dot(v, other);
        for (let i = 0; i < length; i++) v[i] -= overlap * other[i];
      }
    }
    const norm = Math.sqrt(dot(v, v));
    vectors.push(v.map((value) => value / norm));
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * A new tensor uniform in ±1/√fan: PyTorch's default for recurrent layers (fan = hiddenSize) and
 * linear ones (fan = inFeatures), so that a fresh model starts from the same distribution.
 */
export function uniformByFan(
  shape: readonly number[],
  fan: number,
  generator?: RandomGenerator,
): Tensor {
  const bound = 1 / Math.sqrt(fan);
  return uniform_(zeros(shape), -bound, bound, generator);
}

function matrixSizes(where: string, { shape }: Tensor): readonly number[] {
  if (shape.length === 2) return shape;
  throw new ShapeError(`${where}: expected a matrix, got ${formatShape(shape)}.`);
}

function fill(where: string, target: Tensor, draw: () => number): Tensor {
  checkFloat(where, "the tensor", target);
  const array = target.storage.array;
  for (let i = 0; i < array.length; i++) array[i] = draw();
  target.storage.changed();
  return target;
}

function fansOf(where: string, { shape }: Tensor): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new ShapeError(
      `${where}: expected at least two axes, [outFeatures, inFeatures], got ${formatShape(shape)}. Is it a bias?`,
    );
  }
  const field = sizeOf(shape.slice(2));
  return { fanIn: shape[1] * field, fanOut: shape[0] * field };
}
