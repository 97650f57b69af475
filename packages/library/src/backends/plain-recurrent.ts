/**
 * @file RNN, LSTM and GRU over whole sequences as plain loops: one sequence at a time, one step at
 * a time, forward and backward side by side. Every option of the contract is here, so this is what
 * a faster engine is measured against, and what it falls back to.
 *
 *   RNN    h′ = f(Wᵢ·x + bᵢ + Wₕ·h + bₕ)                           f = tanh or relu
 *
 *   LSTM   i, f, o = σ(Wᵢ·x + bᵢ + Wₕ·h + bₕ),  g = tanh( … )       gates stored as [i | f | g | o]
 *          c′ = f ⊙ c + i ⊙ g
 *          h′ = o ⊙ tanh(c′), or Wₚ·(o ⊙ tanh(c′)) with a projection
 *
 *   GRU    r, z = σ(Wᵢ·x + bᵢ + Wₕ·h + bₕ)                          gates stored as [r | z | n]
 *          n = tanh(Wᵢ·x + bᵢ + r ⊙ (Wₕ·h + bₕ))                    or Wₕ·(r ⊙ h) + bₕ: `resetAfter`
 *          h′ = (1 − z) ⊙ n + z ⊙ h
 *
 * Source: the equations on PyTorch's pages for nn.RNN, nn.LSTM and nn.GRU; Cho et al. 2014 for the
 * reset before the product.
 */

import type { FloatArray } from "../core/dtype.ts";
import { internalError } from "../core/errors.ts";
import {
  NUM_GATES,
  type RecurrentCall,
  type RecurrentGradients,
  type RecurrentOutputGradients,
  type RecurrentResult,
  type RecurrentSaved,
  type RecurrentWeights,
} from "./backend.ts";

type Alloc = (length: number) => FloatArray;

/** What one direction remembers, a row for every step of every sequence, in the input's layout. */
interface Saved extends RecurrentSaved {
  engine: "plain";
  output: FloatArray;
  directions: {
    gates: FloatArray; //              [rows, G], after their activation
    c: FloatArray | null; //           [rows, H], LSTM
    hiddenPart: FloatArray | null; //  [rows, H], GRU: Wₕ·h + bₕ of the new gate
    unprojected: FloatArray | null; // [rows, H], LSTM with a projection: o ⊙ tanh(c′)
  }[];
}

interface WeightArrays {
  wi: FloatArray;
  wh: FloatArray;
  bi: FloatArray | null;
  bh: FloatArray | null;
  wr: FloatArray | null;
}

export function arraysOf(weights: RecurrentWeights): WeightArrays {
  return {
    wi: weights.weightIh.array as FloatArray,
    wh: weights.weightHh.array as FloatArray,
    bi: (weights.biasIh?.array ?? null) as FloatArray | null,
    bh: (weights.biasHh?.array ?? null) as FloatArray | null,
    wr: (weights.weightHr?.array ?? null) as FloatArray | null,
  };
}

/** Where things are: the same for forward and backward. */
export function layoutOf(call: RecurrentCall) {
  const { batch: B, seq: T, hiddenSize: H, projSize } = call;
  const P = projSize || H;
  return {
    B,
    T,
    H,
    P,
    I: call.inputSize,
    G: NUM_GATES[call.cell] * H,
    D: call.directions.length,
    lengthOf: (b: number) => (call.lengths ? call.lengths[b] : T),
    rowOf: (t: number, b: number) => (call.batchFirst ? b * T + t : t * B + b),
    /** The s-th step that direction d takes through a sequence of this length. */
    timeOf: (d: number, s: number, length: number) => (d === 0 ? s : length - 1 - s),
  };
}

export function plainRecurrent(call: RecurrentCall, alloc: Alloc): RecurrentResult {
  const { cell, input } = call;
  const { B, T, H, P, I, G, D, lengthOf, rowOf, timeOf } = layoutOf(call);
  const isLstm = cell === "lstm";
  const output = alloc(B * T * D * P);
  const hN = alloc(D * B * P);
  const cN = isLstm ? alloc(D * B * H) : null;
  const saved: Saved = { engine: "plain", output, directions: [] };

  for (let d = 0; d < D; d++) {
    const weights = arraysOf(call.directions[d]);
    const { wr } = weights;
    const gates = alloc(B * T * G);
    const cells = isLstm ? alloc(B * T * H) : null;
    const hiddenPart = cell === "gru" ? alloc(B * T * H) : null;
    const unprojected = wr ? alloc(B * T * H) : null;
    saved.directions.push({ gates, c: cells, hiddenPart, unprojected });

    for (let b = 0; b < B; b++) {
      const stateAt = (d * B + b) * P;
      const cellAt = (d * B + b) * H;
      const h = alloc(P);
      const c = alloc(H);
      if (call.h0) h.set(call.h0.subarray(stateAt, stateAt + P));
      if (call.c0) c.set(call.c0.subarray(cellAt, cellAt + H));
      const length = lengthOf(b);

      for (let s = 0; s < length; s++) {
        const row = rowOf(timeOf(d, s, length), b);
        const gate = gates.subarray(row * G, (row + 1) * G);
        const x = input.subarray(row * I, (row + 1) * I);
        const hNext = alloc(H);

        if (cell === "lstm") {
          for (let j = 0; j < G; j++) gate[j] = fromInput(weights, x, j) + fromState(weights, h, j);
          for (let j = 0; j < H; j++) {
            const i = sigmoid(gate[j]);
            const f = sigmoid(gate[H + j]);
            const g = Math.tanh(gate[2 * H + j]);
            const o = sigmoid(gate[3 * H + j]);
            c[j] = f * c[j] + i * g;
            hNext[j] = o * Math.tanh(c[j]);
            gate[j] = i;
            gate[H + j] = f;
            gate[2 * H + j] = g;
            gate[3 * H + j] = o;
          }
          cells!.set(c, row * H);
        } else if (cell === "gru") {
          for (let j = 0; j < 2 * H; j++) {
            gate[j] = sigmoid(fromInput(weights, x, j) + fromState(weights, h, j));
          }
          const read = call.resetAfter ? h : h.map((value, j) => gate[j] * value);
          for (let j = 0; j < H; j++) {
            const r = gate[j];
            const z = gate[H + j];
            const hidden = fromState(weights, read, 2 * H + j);
            const n = Math.tanh(
              fromInput(weights, x, 2 * H + j) + (call.resetAfter ? r * hidden : hidden),
            );
            hiddenPart![row * H + j] = hidden;
            gate[2 * H + j] = n;
            hNext[j] = (1 - z) * n + z * h[j];
          }
        } else {
          for (let j = 0; j < H; j++) {
            const a = fromInput(weights, x, j) + fromState(weights, h, j);
            hNext[j] = cell === "rnn_tanh" ? Math.tanh(a) : a <= 0 ? 0 : a;
          }
          gate.set(hNext);
        }

        if (wr) {
          unprojected!.set(hNext, row * H);
          for (let p = 0; p < P; p++) h[p] = dot(wr, p * H, hNext);
        } else {
          h.set(hNext);
        }
        output.set(h, (row * D + d) * P);
      }

      hN.set(h, stateAt);
      cN?.set(c, cellAt);
    }
  }
  return { output, hN, cN, saved: call.training ? saved : null };
}

export function plainRecurrentBackward(
  call: RecurrentCall,
  opaque: RecurrentSaved,
  grads: RecurrentOutputGradients,
  alloc: Alloc,
): RecurrentGradients {
  if (opaque.engine !== "plain") throw internalError(`activations saved by ${opaque.engine}`);
  const saved = opaque as Saved;
  const { cell, input } = call;
  const { B, T, H, P, I, G, D, lengthOf, rowOf, timeOf } = layoutOf(call);
  const isLstm = cell === "lstm";
  const gradInput = grads.needsInput ? alloc(B * T * I) : null;
  const gradH0 = alloc(D * B * P);
  const gradC0 = isLstm ? alloc(D * B * H) : null;
  const directions: RecurrentGradients["directions"] = [];

  for (let d = 0; d < D; d++) {
    const weights = arraysOf(call.directions[d]);
    const { wi, wh, wr } = weights;
    const { gates, c: cells, hiddenPart, unprojected } = saved.directions[d];
    const gradWi = alloc(G * I);
    const gradWh = alloc(G * P);
    const gradBi = weights.bi ? alloc(G) : null;
    const gradBh = weights.bh ? alloc(G) : null;
    const gradWr = wr ? alloc(P * H) : null;
    directions.push({
      weightIh: gradWi,
      weightHh: gradWh,
      biasIh: gradBi,
      biasHh: gradBh,
      weightHr: gradWr,
    });

    for (let b = 0; b < B; b++) {
      const stateAt = (d * B + b) * P;
      const cellAt = (d * B + b) * H;
      const length = lengthOf(b);
      // The gradients that arrive from the step after this one.
      const gradH = alloc(P);
      const gradC = alloc(H);
      if (grads.hN) gradH.set(grads.hN.subarray(stateAt, stateAt + P));
      if (grads.cN) gradC.set(grads.cN.subarray(cellAt, cellAt + H));

      for (let s = length - 1; s >= 0; s--) {
        const row = rowOf(timeOf(d, s, length), b);
        const before = s > 0 ? rowOf(timeOf(d, s - 1, length), b) : -1;
        const gate = gates.subarray(row * G, (row + 1) * G);
        const x = input.subarray(row * I, (row + 1) * I);
        const hAt = (before * D + d) * P;
        const h =
          before >= 0
            ? saved.output.subarray(hAt, hAt + P)
            : (call.h0?.subarray(stateAt, stateAt + P) ?? alloc(P));

        if (grads.output) {
          for (let p = 0; p < P; p++) gradH[p] += grads.output[(row * D + d) * P + p];
        }
        // Through the projection, to h′ before it.
        const gradOut = alloc(H);
        if (wr) {
          const y = unprojected!.subarray(row * H, (row + 1) * H);
          for (let p = 0; p < P; p++) {
            addScaled(gradOut, gradH[p], wr, p * H);
            addOuterRow(gradWr!, p * H, gradH[p], y);
          }
        } else {
          gradOut.set(gradH);
        }

        // To the sums before the activations: those fed by x, and those fed by h.
        const gradAx = alloc(G);
        let gradAh = gradAx;
        // What h′ takes from h directly, past the product with Wₕ.
        const gradDirect = alloc(P);
        // What the rows of Wₕ were multiplied with: h, but r ⊙ h for the new gate of the original GRU.
        let read = h;

        if (cell === "lstm") {
          for (let j = 0; j < H; j++) {
            const [i, f] = [gate[j], gate[H + j]];
            const [g, o] = [gate[2 * H + j], gate[3 * H + j]];
            const cBefore = before >= 0 ? cells![before * H + j] : (call.c0?.[cellAt + j] ?? 0);
            const tanhC = Math.tanh(cells![row * H + j]);
            const dc = gradC[j] + gradOut[j] * o * (1 - tanhC * tanhC);
            gradAx[j] = dc * g * i * (1 - i);
            gradAx[H + j] = dc * cBefore * f * (1 - f);
            gradAx[2 * H + j] = dc * i * (1 - g * g);
            gradAx[3 * H + j] = gradOut[j] * tanhC * o * (1 - o);
            gradC[j] = dc * f;
          }
        } else if (cell === "gru") {
          const gradRead = alloc(H);
          gradAh = alloc(G);
          for (let j = 0; j < H; j++) {
            const n = gate[2 * H + j];
            const an = gradOut[j] * (1 - gate[H + j]) * (1 - n * n);
            gradAx[2 * H + j] = an;
            gradAh[2 * H + j] = call.resetAfter ? an * gate[j] : an;
          }
          if (!call.resetAfter) {
            read = h.map((value, j) => gate[j] * value);
            for (let j = 0; j < H; j++) addScaled(gradRead, gradAh[2 * H + j], wh, (2 * H + j) * H);
          }
          for (let j = 0; j < H; j++) {
            const [r, z, n] = [gate[j], gate[H + j], gate[2 * H + j]];
            const dr = call.resetAfter
              ? gradAx[2 * H + j] * hiddenPart![row * H + j]
              : gradRead[j] * h[j];
            gradAx[j] = dr * r * (1 - r);
            gradAx[H + j] = gradOut[j] * (h[j] - n) * z * (1 - z);
            gradAh[j] = gradAx[j];
            gradAh[H + j] = gradAx[H + j];
            gradDirect[j] = gradOut[j] * z + gradRead[j] * r;
          }
        } else {
          for (let j = 0; j < H; j++) {
            const y = gate[j];
            gradAx[j] = gradOut[j] * (cell === "rnn_tanh" ? 1 - y * y : y > 0 ? 1 : 0);
          }
        }

        gradH.set(gradDirect);
        for (let j = 0; j < G; j++) {
          const isNewGateOfOriginalGru = cell === "gru" && !call.resetAfter && j >= 2 * H;
          addOuterRow(gradWi, j * I, gradAx[j], x);
          addOuterRow(gradWh, j * P, gradAh[j], isNewGateOfOriginalGru ? read : h);
          if (gradBi) gradBi[j] += gradAx[j];
          if (gradBh) gradBh[j] += gradAh[j];
          if (gradInput)
            addScaled(gradInput.subarray(row * I, (row + 1) * I), gradAx[j], wi, j * I);
          if (!isNewGateOfOriginalGru) addScaled(gradH, gradAh[j], wh, j * P);
        }
      }

      gradH0.set(gradH, stateAt);
      gradC0?.set(gradC, cellAt);
    }
  }
  return { input: gradInput, h0: gradH0, c0: gradC0, directions };
}

/** σ(x) = 1 / (1 + e⁻ˣ) */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function fromInput({ wi, bi }: WeightArrays, x: FloatArray, j: number): number {
  return dot(wi, j * x.length, x) + (bi ? bi[j] : 0);
}

function fromState({ wh, bh }: WeightArrays, h: FloatArray, j: number): number {
  return dot(wh, j * h.length, h) + (bh ? bh[j] : 0);
}

/** Σ matrix[at + k] · x[k] */
function dot(matrix: FloatArray, at: number, x: FloatArray): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += matrix[at + k] * x[k];
  return sum;
}

/** y += factor · matrix[at …] */
export function addScaled(y: FloatArray, factor: number, matrix: FloatArray, at: number): void {
  for (let k = 0; k < y.length; k++) y[k] += factor * matrix[at + k];
}

/** matrix[at …] += factor · x */
export function addOuterRow(matrix: FloatArray, at: number, factor: number, x: FloatArray): void {
  for (let k = 0; k < x.length; k++) matrix[at + k] += factor * x[k];
}
