/**
 * @file minGRU and minLSTM over whole sequences as plain loops, forward and backward side by side.
 *
 *   minGRU    z = σ(W_z·x + b_z)                              gates stored as [z | v]
 *   minLSTM   f, i = σ(W·x + b),  z = i / (f + i)             gates stored as [f | i | v]
 *
 *             v = W_v·x + b_v, or g of it if positive: g(a) = a + ½ where a ≥ 0, else σ(a)
 *             h′ = (1 − z) ⊙ h + z ⊙ v
 *
 * The gates do not see h, so they could be computed for all steps at once, and the rest by a
 * parallel scan. In order it is one multiplication and addition per number, which no scan beats on
 * a processor with a few cores.
 *
 * Source: Feng et al. 2024, "Were RNNs all we needed?", https://arxiv.org/abs/2410.01201, sections
 * 3.1 and 3.2; g is from its appendix B.
 */

import type { FloatArray } from "../core/dtype.ts";
import { internalError } from "../core/errors.ts";
import type {
  RecurrentCall,
  RecurrentGradients,
  RecurrentOutputGradients,
  RecurrentResult,
  RecurrentSaved,
} from "./backend.ts";
import {
  addOuterRow,
  addScaled,
  fromInput,
  layoutOf,
  sigmoid,
  arraysOf,
} from "./plain-recurrent.ts";

type Alloc = (length: number) => FloatArray;

interface Saved extends RecurrentSaved {
  engine: "plain";
  output: FloatArray;
  /** Per direction [rows, G]: the sums before the activations. */
  sums: FloatArray[];
}

export function plainMinimal(call: RecurrentCall, alloc: Alloc): RecurrentResult {
  const { B, T, H, I, G, D, lengthOf, rowOf, timeOf } = layoutOf(call);
  const output = alloc(B * T * D * H);
  const hN = alloc(D * B * H);
  const sums = call.directions.map(() => alloc(B * T * G));

  for (let d = 0; d < D; d++) {
    const weights = arraysOf(call.directions[d]);
    for (let b = 0; b < B; b++) {
      const stateAt = (d * B + b) * H;
      const h = hN.subarray(stateAt, stateAt + H);
      if (call.h0) h.set(call.h0.subarray(stateAt, stateAt + H));
      const length = lengthOf(b);

      for (let s = 0; s < length; s++) {
        const row = rowOf(timeOf(d, s, length), b);
        const x = call.input.subarray(row * I, (row + 1) * I);
        const sum = sums[d].subarray(row * G, (row + 1) * G);
        for (let j = 0; j < G; j++) sum[j] = fromInput(weights, x, j);
        for (let j = 0; j < H; j++) {
          const z = share(call, sum, j);
          h[j] = (1 - z) * h[j] + z * content(call, sum[G - H + j]);
        }
        output.set(h, (row * D + d) * H);
      }
    }
  }
  const saved: Saved = { engine: "plain", output, sums };
  return { output, hN, cN: null, saved: call.training ? saved : null };
}

export function plainMinimalBackward(
  call: RecurrentCall,
  opaque: RecurrentSaved,
  grads: RecurrentOutputGradients,
  alloc: Alloc,
): RecurrentGradients {
  if (opaque.engine !== "plain") throw internalError(`activations saved by ${opaque.engine}`);
  const saved = opaque as Saved;
  const { B, T, H, I, G, D, lengthOf, rowOf, timeOf } = layoutOf(call);
  const gradInput = grads.needsInput ? alloc(B * T * I) : null;
  const gradH0 = alloc(D * B * H);
  const directions: RecurrentGradients["directions"] = [];

  for (let d = 0; d < D; d++) {
    const { wi, bi } = arraysOf(call.directions[d]);
    const weightIh = alloc(G * I);
    const biasIh = bi ? alloc(G) : null;
    const nothing = { weightHh: alloc(0), biasHh: null, weightHr: null };
    directions.push({ weightIh, biasIh, ...nothing });

    for (let b = 0; b < B; b++) {
      const stateAt = (d * B + b) * H;
      const length = lengthOf(b);
      // The gradient that arrives from the step after this one.
      const gradH = gradH0.subarray(stateAt, stateAt + H);
      if (grads.hN) gradH.set(grads.hN.subarray(stateAt, stateAt + H));

      for (let s = length - 1; s >= 0; s--) {
        const row = rowOf(timeOf(d, s, length), b);
        const hAt = s > 0 ? (rowOf(timeOf(d, s - 1, length), b) * D + d) * H : -1;
        const x = call.input.subarray(row * I, (row + 1) * I);
        const sum = saved.sums[d].subarray(row * G, (row + 1) * G);
        const gradSum = alloc(G);

        for (let j = 0; j < H; j++) {
          if (grads.output) gradH[j] += grads.output[(row * D + d) * H + j];
          const h = hAt >= 0 ? saved.output[hAt + j] : (call.h0?.[stateAt + j] ?? 0);
          const z = share(call, sum, j);
          const v = content(call, sum[G - H + j]);
          const dz = gradH[j] * (v - h) * z * (1 - z);
          if (G === 2 * H) {
            gradSum[j] = dz;
          } else {
            gradSum[j] = -dz * (1 - sigmoid(sum[j]));
            gradSum[H + j] = dz * (1 - sigmoid(sum[H + j]));
          }
          gradSum[G - H + j] = gradH[j] * z * contentSlope(call, sum[G - H + j]);
          gradH[j] *= 1 - z;
        }
        for (let j = 0; j < G; j++) {
          addOuterRow(weightIh, j * I, gradSum[j], x);
          if (biasIh) biasIh[j] += gradSum[j];
          if (gradInput)
            addScaled(gradInput.subarray(row * I, (row + 1) * I), gradSum[j], wi, j * I);
        }
      }
    }
  }
  return { input: gradInput, h0: gradH0, c0: null, directions };
}

/** z: σ of its own sum, or i / (f + i), which as σ(softplus(−f) − softplus(−i)) has no 0 / 0. */
function share({ cell, hiddenSize }: RecurrentCall, sum: FloatArray, j: number): number {
  if (cell.startsWith("mingru")) return sigmoid(sum[j]);
  return sigmoid(softplus(-sum[j]) - softplus(-sum[hiddenSize + j]));
}

function content({ cell }: RecurrentCall, a: number): number {
  if (!cell.endsWith("positive")) return a;
  return a >= 0 ? a + 0.5 : sigmoid(a);
}

function contentSlope({ cell }: RecurrentCall, a: number): number {
  if (!cell.endsWith("positive") || a >= 0) return 1;
  return sigmoid(a) * (1 - sigmoid(a));
}

/** log(1 + eˣ) */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
