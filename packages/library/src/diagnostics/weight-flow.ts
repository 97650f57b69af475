/**
 * @file Which steps a weight's gradient comes from.
 *
 * A weight W that is used at every step as sum_t = W·x_t + b has the gradient
 *
 *   ∂L/∂W = Σ_t Σ_b δ_{t,b}·x_{t,b}ᵀ,   δ_{t,b} = ∂L/∂sum_{t,b}, the total derivative,
 *
 * so each step has its own part in it. Parts are sorted by lag, how many steps lie between theirs and
 * the end of the sequence's pass, and the parts of all lags add up to the whole gradient.
 */

import type { FloatArray } from "../core/dtype.ts";
import type { Module } from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { lagOf } from "./by-lag.ts";
import type { RecordedLayer } from "./recording.ts";

/** Where one weight's gradient comes from. */
export interface WeightFlow {
  /** The weight's checkpoint key. */
  name: string;
  /** [seq], the Frobenius norm of the part that the step so many steps before the end has. */
  byLag: Float64Array;
  /** The Frobenius norm of the whole gradient, all steps together. */
  whole: number;
}

/** δ and x of one step of one sequence, for some rows of a weight. */
interface Part {
  delta: FloatArray;
  x: FloatArray;
  fromRow: number;
}

/** Every weight of a layer that is multiplied at its steps, after `backward()`. */
export function weightFlows(model: Module, layer: RecordedLayer): WeightFlow[] {
  return [...partsOf(layer)].map(([weight, byLag]) => ({
    name: nameOf(model, weight),
    byLag: Float64Array.from(byLag, (parts) => normOf(parts)),
    whole: frobenius(weight.grad?.storage.array ?? matrixOf(weight, byLag.flat())),
  }));
}

/** The gradient's parts by lag, each a matrix like the weight, row-major; for each weight. */
export function weightGradients(layer: RecordedLayer): Map<Tensor, Float64Array[]> {
  const parts = partsOf(layer);
  return new Map(
    Array.from(parts, ([weight, byLag]) => [weight, byLag.map((some) => matrixOf(weight, some))]),
  );
}

function partsOf(layer: RecordedLayer): Map<Tensor, Part[][]> {
  const weights = new Map<Tensor, Part[][]>();
  for (const [t, { products, rows }] of layer.steps.entries()) {
    for (const { weight, fromRow, x, sum } of products) {
      let byLag = weights.get(weight);
      if (!byLag) weights.set(weight, (byLag = layer.steps.map(() => [])));
      if (sum.grad === null) continue;
      const [deltas, xs] = [sum.grad, x].map((t) => t.storage.array as FloatArray);
      const [deltaWidth, width] = [sum, x].map(({ shape }) => shape[1]);
      for (const [row, b] of rows.entries()) {
        byLag[lagOf(layer, t, b)].push({
          delta: deltas.subarray(row * deltaWidth, (row + 1) * deltaWidth),
          x: xs.subarray(row * width, (row + 1) * width),
          fromRow,
        });
      }
    }
  }
  return weights;
}

function matrixOf({ shape: [rows, cols] }: Tensor, parts: readonly Part[]): Float64Array {
  const matrix = new Float64Array(rows * cols);
  for (const { delta, x, fromRow } of parts) {
    for (let i = 0; i < delta.length; i++) {
      const at = (fromRow + i) * cols;
      for (let j = 0; j < cols; j++) matrix[at + j] += delta[i] * x[j];
    }
  }
  return matrix;
}

/**
 * ‖Σ δ·xᵀ‖ without the matrix: its square is ΣΣ (δ·δ′)(x·x′), which for a few sequences is far less
 * work than a matrix of weights for every lag.
 */
function normOf(parts: readonly Part[]): number {
  let sum = 0;
  for (const [n, a] of parts.entries()) {
    for (let m = 0; m <= n; m++) {
      const b = parts[m];
      sum += (m === n ? 1 : 2) * dotOfDeltas(a, b) * dot(a.x, b.x);
    }
  }
  return Math.sqrt(Math.max(0, sum));
}

function frobenius(values: ArrayLike<number>): number {
  return Math.sqrt(dot(values, values));
}

function dotOfDeltas(a: Part, b: Part): number {
  const from = Math.max(a.fromRow, b.fromRow);
  return dot(a.delta.subarray(from - a.fromRow), b.delta.subarray(from - b.fromRow));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function nameOf(model: Module, weight: Tensor): string {
  for (const [name, parameter] of model.namedParameters()) if (parameter === weight) return name;
  return "a weight that was made of others";
}
