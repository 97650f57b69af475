/**
 * @file What an engine must be able to do. The formulas are in `plain-loops.ts`; an engine may do
 * the same faster, and falls back to the loops for what it does not have.
 *
 * Engines take and give plain arrays, row-major and without gaps, that the collector owns. What an
 * engine keeps between calls (packed weights, activations for backward) is its own affair.
 */

import type { FloatArray } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Storage } from "../core/storage.ts";

export type UnaryName = "exp" | "log" | "tanh" | "sigmoid" | "relu" | "sqrt" | "abs" | "neg";
export type BinaryName = "add" | "sub" | "mul" | "div";

export interface Backend extends RowOperations, OptimizerSteps {
  readonly name: string;

  /** The precision of every array that the engine returns. */
  readonly dtype: "float32" | "float64";

  /** Zeros, in the engine's precision. */
  alloc(length: number): FloatArray;

  /** out = a ∘ b with NumPy's broadcasting; `outShape` is the broadcast of both. */
  binary(
    name: BinaryName,
    a: FloatArray,
    aShape: Shape,
    b: FloatArray,
    bShape: Shape,
    outShape: Shape,
  ): FloatArray;

  /** Σ x, added up in float64. */
  sum(x: FloatArray): number;

  /** y = f(x), element by element. */
  unary(name: UnaryName, x: FloatArray): FloatArray;

  /** dL/dx from dL/dy, x and y = f(x). */
  unaryBackward(name: UnaryName, gradY: FloatArray, x: FloatArray, y: FloatArray): FloatArray;

  /** Matrix products. */
  gemm(call: GemmCall): FloatArray;

  /** Row-wise softmax of x [rows, cols]; a row of −∞ alone gives NaN, as in PyTorch. */
  softmax(x: FloatArray, rows: number, cols: number): FloatArray;

  /** Row-wise log-softmax of x [rows, cols]. */
  logSoftmax(x: FloatArray, rows: number, cols: number): FloatArray;

  /** One recurrent layer over whole sequences, in one or both directions. */
  recurrent(call: RecurrentCall): RecurrentResult;

  /** Gradients of {@link recurrent}; `saved` must come from the same call and is used up. */
  recurrentBackward(
    call: RecurrentCall,
    saved: RecurrentSaved,
    grads: RecurrentOutputGradients,
  ): RecurrentGradients;
}

/** What is done to rows, one by one. */
export interface RowOperations {
  /**
   * The gradient of looked-up rows, in order: y [numRows, width] of zeros, then y[ids[i]] += x[i].
   * An id below 0 adds nothing.
   */
  scatterAdd(ids: Int32Array, x: FloatArray, width: number, numRows: number): FloatArray;

  /** Cross-entropy of rows of scores with class ids, as in `losses/cross-entropy.ts`. */
  crossEntropy(call: CrossEntropyCall): {
    /** [rows], in float64 so that they can be added up */
    losses: Float64Array;
    /** What backward needs besides the call. */
    saved: FloatArray;
  };

  /**
   * dL/dx [rows, cols] from dL/d(loss) of each row: a new array, unless `out` is given, which may be
   * x itself.
   */
  crossEntropyBackward(
    call: CrossEntropyCall,
    saved: FloatArray,
    factors: ArrayLike<number>,
    out?: FloatArray,
  ): FloatArray;

  /** Layer normalisation of rows, as in `nn/layer-norm.ts`; `saved` is what backward needs. */
  layerNorm(call: LayerNormCall): { y: FloatArray; saved: FloatArray };

  /** The gradients of {@link layerNorm}: [rows, n], and two sums over all rows [n] in float64. */
  layerNormBackward(
    call: LayerNormCall,
    saved: FloatArray,
    gradY: FloatArray,
  ): { gradX: FloatArray; gradWeight: Float64Array; gradBias: Float64Array };
}

/**
 * l = −own[y] · log softmax(x)[y] − Σ_c spread[c] · log softmax(x)[c]  for each row of x [rows, cols]
 * with class y; its gradient is dl/dx = softmax(x) · (own[y] + Σ spread) − spread − own[y] · [c = y].
 */
export interface CrossEntropyCall {
  x: FloatArray;
  rows: number;
  cols: number;
  /** [rows], the class of each; below 0: the row has loss 0 and gradient 0. */
  ids: Int32Array;
  /** [cols] */
  own: ArrayLike<number>;
  /** [cols]; null is zeros. */
  spread: Float64Array | null;
}

/** y = weight ⊙ (x − mean) / √(var + eps) + bias for each row of x [rows, n]. */
export interface LayerNormCall {
  x: FloatArray;
  rows: number;
  n: number;
  /** [n]; null is ones. */
  weight: FloatArray | null;
  /** [n]; null is zeros. */
  bias: FloatArray | null;
  eps: number;
}

/**
 * What optimizers do to the numbers of one parameter. Arrays of equal length, changed in place but
 * for `grad`; null is a state that the settings do not ask for. The formulas are in `optim/*.ts`.
 */
export interface OptimizerSteps {
  sgdStep(
    parameter: FloatArray,
    grad: FloatArray,
    buffer: FloatArray | null,
    settings: {
      lr: number;
      momentum: number;
      /** 1 − dampening, and 1 at the first step. */
      share: number;
      weightDecay: number;
      nesterov: boolean;
    },
  ): void;

  adamStep(
    parameter: FloatArray,
    grad: FloatArray,
    m: FloatArray,
    v: FloatArray,
    vMax: FloatArray | null,
    settings: {
      /** lr / (1 − β₁ᵗ) */
      stepSize: number;
      beta1: number;
      beta2: number;
      /** 1 / √(1 − β₂ᵗ) */
      vScale: number;
      eps: number;
      /** How much of the parameter is added to the gradient: weight decay as in Adam. */
      pull: number;
      /** How much of the parameter goes: weight decay as in AdamW, lr · λ. */
      shrink: number;
    },
  ): void;

  rmspropStep(
    parameter: FloatArray,
    grad: FloatArray,
    squares: FloatArray,
    average: FloatArray | null,
    buffer: FloatArray | null,
    settings: { lr: number; alpha: number; eps: number; weightDecay: number; momentum: number },
  ): void;

  adagradStep(
    parameter: FloatArray,
    grad: FloatArray,
    sums: FloatArray,
    settings: { lr: number; weightDecay: number; eps: number },
  ): void;

  /** Σ x², in float64. */
  sumOfSquares(x: FloatArray): number;

  /** x ← factor · x, in place. */
  scale_(x: FloatArray, factor: number): void;
}

/**
 * out[i] = op(a[i]) · op(b[i]) + bias, for `batch` pairs of matrices.
 *
 * - `a` [batch, m, k], or [batch, k, m] if `transA`
 * - `b` [batch, k, n], or [batch, n, k] if `transB`
 * - `bias` [n], added to every row
 * - `out` [batch, m, n]
 *
 * With `aShared` (or `bShared`) the one matrix given serves the whole batch. `out` is a new array,
 * unless one is given; with `accumulate` the products are added to what that holds.
 */
export interface GemmCall {
  batch: number;
  m: number;
  n: number;
  k: number;
  a: FloatArray;
  b: FloatArray;
  transA?: boolean;
  transB?: boolean;
  aShared?: boolean;
  bShared?: boolean;
  /** Not together with `accumulate`. */
  bias?: FloatArray | null;
  /** [batch, m, n], in the engine's precision. */
  out?: FloatArray;
  accumulate?: boolean;
}

/** Cells whose gates see the input alone: nothing but h′ = (1 − z) ⊙ h + z ⊙ v happens in time. */
export type MinimalCellKind = "mingru" | "mingru_positive" | "minlstm" | "minlstm_positive";

export type CellKind = "rnn_tanh" | "rnn_relu" | "lstm" | "gru" | MinimalCellKind;

export const NUM_GATES: Record<CellKind, number> = {
  rnn_tanh: 1,
  rnn_relu: 1,
  lstm: 4,
  gru: 3,
  mingru: 2,
  mingru_positive: 2,
  minlstm: 3,
  minlstm_positive: 3,
};

export function isMinimal(cell: CellKind): cell is MinimalCellKind {
  return cell.startsWith("min");
}

/** Sizes: B batch, T steps, I input features, H hidden features, D directions, G = gates · H. */
export interface RecurrentCall {
  cell: CellKind;
  /** GRU: `true` n = tanh(W·x + b + r ⊙ (U·h + b′)), PyTorch's; `false` n = tanh(W·x + b + U·(r ⊙ h) + b′). */
  resetAfter: boolean;
  /** `input` and `output` are [B, T, …] rather than [T, B, …]. States never are. */
  batchFirst: boolean;
  batch: number;
  seq: number;
  inputSize: number;
  hiddenSize: number;
  /** LSTM: features that h is projected to; 0 means none. P = projSize || hiddenSize. */
  projSize: number;
  /** [T, B, I] or [B, T, I] */
  input: FloatArray;
  /** One per direction: forward, then reverse. D = directions.length. */
  directions: RecurrentWeights[];
  /** [D, B, P]; null is zeros. */
  h0: FloatArray | null;
  /** [D, B, H]; null is zeros. LSTM only. */
  c0: FloatArray | null;
  /**
   * [B], any order, each between 1 and T; null is T for all. Outputs past a sequence's end are 0,
   * its hN and cN are those of its last step, and the reverse direction starts there.
   */
  lengths: Int32Array | null;
  /** Keep what backward needs. Without it `saved` is null and no history is kept. */
  training: boolean;
}

export interface RecurrentWeights {
  /** [G, I] */
  weightIh: Storage;
  /** [G, P]; empty for minimal cells, whose gates do not see h */
  weightHh: Storage;
  /** [G] */
  biasIh: Storage | null;
  /** [G] */
  biasHh: Storage | null;
  /** [P, H], with `projSize` only */
  weightHr: Storage | null;
}

export interface RecurrentResult {
  /** [T, B, D·P] or [B, T, D·P] */
  output: FloatArray;
  /** [D, B, P] */
  hN: FloatArray;
  /** [D, B, H]; LSTM only */
  cN: FloatArray | null;
  saved: RecurrentSaved | null;
}

/** What an engine keeps from forward for backward. Opaque to everyone else. */
export interface RecurrentSaved {
  readonly engine: string;
}

/** null where nothing flows back. */
export interface RecurrentOutputGradients {
  output: FloatArray | null;
  hN: FloatArray | null;
  cN: FloatArray | null;
  /** Whether dL/d(input) is wanted: not for the first layer of most models. */
  needsInput: boolean;
}

export interface RecurrentGradients {
  input: FloatArray | null;
  h0: FloatArray;
  c0: FloatArray | null;
  directions: {
    weightIh: FloatArray;
    weightHh: FloatArray;
    biasIh: FloatArray | null;
    biasHh: FloatArray | null;
    weightHr: FloatArray | null;
  }[];
}
