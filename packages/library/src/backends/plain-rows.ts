/**
 * @file What is done to rows as plain loops: cross-entropy, layer normalisation, and adding up the
 * gradients of looked-up rows. The formulas stand with the layers and losses.
 */

import type { FloatArray } from "../core/dtype.ts";
import type { CrossEntropyCall, LayerNormCall, RowOperations } from "./backend.ts";

export function plainRows(alloc: (length: number) => FloatArray): RowOperations {
  return {
    scatterAdd(ids, x, width, numRows) {
      const y = alloc(numRows * width);
      for (let i = 0; i < ids.length; i++) {
        if (ids[i] < 0) continue;
        for (let j = 0, to = ids[i] * width, from = i * width; j < width; j++) {
          y[to++] += x[from++];
        }
      }
      return y;
    },
    crossEntropy: (call) => crossEntropy(call, alloc(2 * call.rows)),
    crossEntropyBackward: (call, saved, factors, out) =>
      crossEntropyBackward(call, saved, factors, out ?? alloc(call.rows * call.cols)),
    layerNorm: (call) => layerNorm(call, alloc(call.rows * call.n)),
    layerNormBackward: (call, saved, gradY) =>
      layerNormBackward(call, saved, gradY, alloc(call.rows * call.n)),
  };
}

function crossEntropy({ x, rows, cols, ids, own, spread }: CrossEntropyCall, saved: FloatArray) {
  const losses = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++, at += cols) {
    const y = ids[row];
    if (y < 0) continue;
    let max = -Infinity;
    for (let i = at; i < at + cols; i++) if (x[i] > max || Number.isNaN(x[i])) max = x[i];
    let sum = 0;
    for (let i = at; i < at + cols; i++) sum += Math.exp(x[i] - max);
    const logSum = Math.log(sum);
    saved[2 * row] = max;
    saved[2 * row + 1] = logSum;
    losses[row] = -own[y] * (x[at + y] - max - logSum);
    if (!spread) continue;
    for (let c = 0; c < cols; c++) losses[row] -= spread[c] * (x[at + c] - max - logSum);
  }
  return { losses, saved };
}

function crossEntropyBackward(
  { x, rows, cols, ids, own, spread }: CrossEntropyCall,
  saved: FloatArray,
  factors: ArrayLike<number>,
  gradX: FloatArray,
): FloatArray {
  const sumOfSpread = spread ? spread.reduce((sum, value) => sum + value, 0) : 0;
  for (let row = 0, at = 0; row < rows; row++, at += cols) {
    const y = ids[row];
    if (y < 0) {
      gradX.fill(0, at, at + cols);
      continue;
    }
    const [max, logSum, g] = [saved[2 * row], saved[2 * row + 1], factors[row]];
    const sumOfA = own[y] + sumOfSpread;
    for (let c = 0; c < cols; c++) {
      const p = Math.exp(x[at + c] - max - logSum);
      const a = (c === y ? own[y] : 0) + (spread ? spread[c] : 0);
      gradX[at + c] = g * (p * sumOfA - a);
    }
  }
  return gradX;
}

function layerNorm({ x, rows, n, weight, bias, eps }: LayerNormCall, y: FloatArray) {
  const saved = new Float64Array(2 * rows);
  for (let row = 0, at = 0; row < rows; row++, at += n) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += x[at + i];
    mean /= n;
    let variance = 0;
    for (let i = 0; i < n; i++) variance += (x[at + i] - mean) ** 2;
    variance /= n;
    const inverseStd = 1 / Math.sqrt(variance + eps);
    saved[2 * row] = mean;
    saved[2 * row + 1] = inverseStd;
    for (let i = 0; i < n; i++) {
      const normal = (x[at + i] - mean) * inverseStd;
      y[at + i] = normal * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
    }
  }
  return { y, saved };
}

function layerNormBackward(
  { x, rows, n, weight }: LayerNormCall,
  saved: FloatArray,
  gradY: FloatArray,
  gradX: FloatArray,
) {
  const gradWeight = new Float64Array(n);
  const gradBias = new Float64Array(n);
  for (let row = 0, at = 0; row < rows; row++, at += n) {
    const [mean, inverseStd] = [saved[2 * row], saved[2 * row + 1]];
    let meanG = 0;
    let meanGX = 0;
    for (let i = 0; i < n; i++) {
      const normal = (x[at + i] - mean) * inverseStd;
      const g = gradY[at + i] * (weight ? weight[i] : 1);
      meanG += g;
      meanGX += g * normal;
      gradWeight[i] += gradY[at + i] * normal;
      gradBias[i] += gradY[at + i];
    }
    meanG /= n;
    meanGX /= n;
    for (let i = 0; i < n; i++) {
      const normal = (x[at + i] - mean) * inverseStd;
      const g = gradY[at + i] * (weight ? weight[i] : 1);
      gradX[at + i] = (g - meanG - normal * meanGX) * inverseStd;
    }
  }
  return { gradX, gradWeight, gradBias };
}
