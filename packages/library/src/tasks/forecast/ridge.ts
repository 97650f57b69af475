/**
 * @file Linear least squares with a penalty, from sums that are gathered row by row.
 */

import { solvePositiveDefinite } from "./baselines/cholesky.ts";

/**
 * Ridge regression of several outputs on the same inputs. The rows are added once; then it can be
 * solved for any of the inputs and any penalty.
 *
 *   min over W, b:  mean |y − W·x − b|² + penalty · Σ (spread(xⱼ) · wⱼ)²
 *
 * Inputs count by their spread, and the mean is not penalised: with a large penalty the prediction
 * is the mean of y. Source: Hoerl and Kennard 1970, "Ridge regression".
 */
export class Ridge {
  readonly inputs: number;
  readonly outputs: number;
  count = 0;
  readonly #sumX: Float64Array;
  readonly #sumY: Float64Array;
  /** Upper triangle of Σ x·xᵀ [inputs, inputs]. */
  readonly #xx: Float64Array;
  /** Σ x·yᵀ [inputs, outputs] */
  readonly #xy: Float64Array;

  constructor(inputs: number, outputs: number) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.#sumX = new Float64Array(inputs);
    this.#sumY = new Float64Array(outputs);
    this.#xx = new Float64Array(inputs * inputs);
    this.#xy = new Float64Array(inputs * outputs);
  }

  /** x [inputs], y [outputs] */
  add(x: Float64Array, y: Float64Array): void {
    const { inputs, outputs } = this;
    this.count++;
    for (let k = 0; k < outputs; k++) this.#sumY[k] += y[k];
    for (let i = 0; i < inputs; i++) {
      const xi = x[i];
      if (xi === 0) continue;
      this.#sumX[i] += xi;
      const row = i * inputs;
      for (let j = i; j < inputs; j++) this.#xx[row + j] += xi * x[j];
      const out = i * outputs;
      for (let k = 0; k < outputs; k++) this.#xy[out + k] += xi * y[k];
    }
  }

  /**
   * Weights [outputs, columns] and bias [outputs] of the regression on these inputs. An input that
   * never varies gets the weight 0.
   */
  solve(columns: readonly number[], penalty: number): { weight: Float64Array; bias: Float64Array } {
    const { inputs, outputs, count: n } = this;
    const size = columns.length;
    const mean = columns.map((i) => this.#sumX[i] / n);
    const spread = columns.map((i, a) => {
      const variance = this.#xx[i * inputs + i] / n - mean[a] ** 2;
      return variance > 1e-12 * (1 + mean[a] ** 2) ? Math.sqrt(variance) : 0;
    });
    // Correlations, with the penalty on the diagonal.
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size * outputs);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        const [low, high] = columns[a] < columns[b] ? [a, b] : [b, a];
        const moment = this.#xx[columns[low] * inputs + columns[high]] / n - mean[a] * mean[b];
        const scale = spread[a] * spread[b];
        matrix[a * size + b] = scale > 0 ? moment / scale : 0;
      }
      matrix[a * size + a] = 1 + penalty;
      for (let k = 0; k < outputs; k++) {
        const moment = this.#xy[columns[a] * outputs + k] / n - (mean[a] * this.#sumY[k]) / n;
        right[a * outputs + k] = spread[a] > 0 ? moment / spread[a] : 0;
      }
    }
    // The penalty keeps the matrix positive definite.
    const solution = solvePositiveDefinite(matrix, right, size) ?? new Float64Array(right.length);
    const weight = new Float64Array(outputs * size);
    const bias = new Float64Array(outputs);
    for (let k = 0; k < outputs; k++) {
      bias[k] = this.#sumY[k] / n;
      for (let a = 0; a < size; a++) {
        const w = spread[a] > 0 ? solution[a * outputs + k] / spread[a] : 0;
        weight[k * size + a] = w;
        bias[k] -= w * mean[a];
      }
    }
    return { weight, bias };
  }
}
