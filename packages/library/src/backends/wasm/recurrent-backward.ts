/**
 * @file A recurrent layer over whole sequences, backward.
 *
 *   for each step, last first:
 *     dGates = step backward(dh, dc, gates)    one kernel, in place of the gates
 *     dh = dGates·Wₕ                           one product over the sequences that still run
 *   dWᵢ = dGatesᵀ·x    dWₕ = dGatesᵀ·hPrev     one product each, over all steps
 *   dx = dGates·Wᵢ     db = Σ dGates
 *
 * A minimal cell's gates do not see h: then its step backward gives dh, and there is no Wₕ.
 */

import type {
  RecurrentCall,
  RecurrentGradients,
  RecurrentOutputGradients,
  RecurrentWeights,
} from "../backend.ts";
import { internalError } from "../../core/errors.ts";
import {
  type BackwardWeights,
  backwardWeights,
  type CellLayout,
  cellLayout,
  minimalFlags,
} from "./cell-layout.ts";
import type { WasmEngine } from "./engine.ts";
import type { Ptr } from "./heap.ts";
import { packedBytes, paddedColumns } from "./packed-weights.ts";
import { savedAt, type WasmSaved } from "./recurrent-forward.ts";
import { type SequenceLayout, SequenceMover } from "./sequence-layout.ts";
import { backwardJob, type JobHost } from "./threads/jobs.ts";
import { ROWS_OF_A_TILE } from "./tiles.ts";

/** What one number of a gate costs in the step backward, measured in what a product does meanwhile. */
const FLOPS_PER_GATE = 32;

/** One direction's loop, as addresses. */
export interface BackwardJob {
  cell: CellLayout;
  layout: SequenceLayout;
  weights: BackwardWeights;
  reverse: boolean;
  gates: Ptr; //      [rows, width], becomes its own gradient
  kept: Ptr; //       [rows, H]: c before each step (LSTM) or h (GRU); else 0
  hNext: Ptr; //      [rows, H]: h after each step is put here (LSTM, RNN)
  gradH: Ptr; //      [B, H]: from hN's gradient to h0's
  gradC: Ptr; //      [B, H], LSTM
  gradOutput: Ptr; // [rows, D·H] at this direction's columns, or 0
  gradOutputStride: number;
}

export function recurrentBackward(
  engine: WasmEngine,
  call: RecurrentCall,
  saved: WasmSaved,
  grads: RecurrentOutputGradients,
): RecurrentGradients {
  const { block } = saved;
  if (block.used) throw internalError("the saved activations of a recurrent layer were used twice");
  engine.scratch.begin();
  engine.packed.begin();
  engine.saved.claim(block);
  try {
    return backward(engine, call, saved, grads);
  } finally {
    engine.saved.release(block);
  }
}

function backward(
  engine: WasmEngine,
  call: RecurrentCall,
  { layout, block }: WasmSaved,
  grads: RecurrentOutputGradients,
): RecurrentGradients {
  const { scratch, threads } = engine;
  const { batch } = call;
  const D = call.directions.length;
  const cell = cellLayout(call.cell, call.inputSize, call.hiddenSize);
  const { rows } = layout;
  const { I, H, G, width, read } = cell;
  const keepsC = cell.kind === "lstm";
  const keepsH = !keepsC && cell.keptWidth > 0;

  const mover = new SequenceMover(engine, layout);
  const x = mover.load(call.input, I);
  const packedX = scratch.take(packedBytes(rows, I));
  packRows(engine, x, rows, I, packedX);
  const gradOutput = grads.output ? mover.load(grads.output, D * H) : 0;
  const gradX = grads.needsInput ? scratch.floats(rows * I) : 0;
  const hidden = keepsH ? 0 : scratch.floats(rows * H);
  const shifted = keepsH ? 0 : scratch.floats(rows * H);
  const packedH = read > 0 ? scratch.take(packedBytes(rows, read)) : 0;
  const gradH0 = new Float32Array(D * batch * H);
  const gradC0 = call.cell === "lstm" ? new Float32Array(D * batch * H) : null;
  const directions: RecurrentGradients["directions"] = [];

  for (let d = 0; d < D; d++) {
    const gates = block.ptr + savedAt(cell, rows, d) * 4;
    const job: BackwardJob = {
      cell,
      layout,
      weights: backwardWeights(engine, cell, call.directions[d]),
      reverse: d === 1,
      gates,
      kept: cell.keptWidth > 0 ? gates + rows * width * 4 : 0,
      hNext: hidden,
      gradH: mover.loadState(grads.hN, d, H),
      gradC: gradC0 ? mover.loadState(grads.cN, d, H) : 0,
      gradOutput: gradOutput ? gradOutput + d * H * 4 : 0,
      gradOutputStride: D * H * 4,
    };
    threads.run(
      { start: 0, end: batch, grain: 1, flops: rows * G * Math.max(2 * read, FLOPS_PER_GATE) },
      (first, end) => backwardSequences(engine, job, first, end),
      () => backwardJob(job, mover.offsets()),
    );
    mover.storeState(job.gradH, gradH0, d, H);
    if (gradC0) mover.storeState(job.gradC, gradC0, d, H);

    let hPrev = job.kept;
    if (!keepsH) {
      hPrev = shifted;
      const h0 = mover.loadState(call.h0, d, H);
      shiftByOneStep(engine, layout, job.reverse, H, hidden, h0, hPrev);
    }
    if (packedH) packRows(engine, hPrev, rows, H, packedH);
    // prettier-ignore
    directions.push(weightGradients(engine, cell, call.directions[d], rows, gates, packedX, packedH));
    if (gradX) {
      const { ih } = job.weights;
      const range = { start: 0, end: rows, grain: ROWS_OF_A_TILE, flops: 2 * rows * I * G };
      // prettier-ignore
      threads.runKernel("gemm", range, I, G, gates, width * 4, ih, gradX, I * 4, 0, d > 0 ? 1 : 0);
    }
  }
  return {
    input: gradX ? mover.store(gradX, I) : null,
    h0: gradH0,
    c0: gradC0,
    directions,
  };
}

/** All steps of the sequences first ≤ r < end, in order of length. Allocates nothing. */
export function backwardSequences(
  { kernels }: JobHost,
  job: BackwardJob,
  first: number,
  end: number,
): void {
  const { cell, layout, weights, reverse, gradH, gradC, gradOutput, gradOutputStride } = job;
  const { offsets, seq } = layout;
  const { kind, H, G, width, hiddenFrom, read } = cell;
  const rowBytes = width * 4;
  const accumulate = kind === "gru" ? 1 : 0;

  for (let step = seq - 1; step >= 0; step--) {
    const t = reverse ? seq - 1 - step : step;
    const row = offsets[t];
    const last = Math.min(end, offsets[t + 1] - row);
    if (last <= first) continue;
    const gates = job.gates + row * rowBytes;
    const rowH = row * H * 4;
    const gradOut = gradOutput ? gradOutput + row * gradOutputStride : 0;
    // prettier-ignore
    switch (kind) {
      case "lstm":
        kernels.lstmStepBackward(first, last, H, gates, job.kept + rowH, job.hNext + rowH, gradH, gradC, gradOut, gradOutputStride);
        break;
      case "gru":
        kernels.gruStepBackward(first, last, H, gates, job.kept + rowH, gradH, gradOut, gradOutputStride);
        break;
      case "rnn_tanh":
      case "rnn_relu":
        kernels.rnnStepBackward(first, last, H, kind === "rnn_relu" ? 1 : 0, gates, job.hNext + rowH, gradH, gradOut, gradOutputStride);
        break;
      default: {
        const { lstm, positive } = minimalFlags(kind);
        kernels.minStepBackward(first, last, H, lstm, positive, gates, job.kept + rowH, gradH, gradOut, gradOutputStride);
      }
    }
    if (read === 0) continue;
    const fromHidden = gates + hiddenFrom * 4;
    kernels.gemm(first, last, H, G, fromHidden, rowBytes, weights.hh, gradH, H * 4, 0, accumulate);
  }
}

/** h before each step, from h after each step: what a sequence's step before left, or h0. */
function shiftByOneStep(
  { kernels }: WasmEngine,
  { offsets, seq }: SequenceLayout,
  reverse: boolean,
  H: number,
  hNext: Ptr,
  h0: Ptr,
  hPrev: Ptr,
): void {
  const bytes = H * 4;
  for (let t = 0; t < seq; t++) {
    const before = reverse ? t + 1 : t - 1;
    const isFirst = before < 0 || before === seq;
    const running = offsets[t + 1] - offsets[t];
    const continued = isFirst ? 0 : Math.min(running, offsets[before + 1] - offsets[before]);
    const from = isFirst ? 0 : hNext + offsets[before] * bytes;
    const to = hPrev + offsets[t] * bytes;
    kernels.copyRows(0, continued, bytes, from, bytes, to, bytes);
    kernels.copyRows(continued, running, bytes, h0, bytes, to, bytes);
  }
}

/** x [rows, columns] as the right-hand side of a product over its rows. */
function packRows(engine: WasmEngine, x: Ptr, rows: number, columns: number, to: Ptr): void {
  // Moving a number costs about as much as sixteen operations on one that is at hand.
  const range = { start: 0, end: paddedColumns(columns) / 8, grain: 1, flops: 16 * rows * columns };
  engine.threads.runKernel("packB", range, rows, columns, x, columns * 4, 0, to);
}

function weightGradients(
  engine: WasmEngine,
  { kind, I, H, G, width, hiddenFrom, read }: CellLayout,
  { biasIh, biasHh }: RecurrentWeights,
  rows: number,
  gates: Ptr,
  x: Ptr, //     packed [rows, I]
  hPrev: Ptr, // packed [rows, H], or 0 where no gate reads h
): RecurrentGradients["directions"][number] {
  const { scratch, kernels, threads } = engine;
  const stride = width * 4;
  const ih = scratch.floats(G * I);
  const hh = scratch.floats(G * read);
  const product = (from: number, to: number, packedX: Ptr, toIh: Ptr, packedH: Ptr, toHh: Ptr) => {
    const columns = (packedX ? I : 0) + (packedH ? H : 0);
    const flops = 2 * rows * (to - from) * columns;
    const range = { start: from, end: to, grain: ROWS_OF_A_TILE, flops };
    // prettier-ignore
    threads.runKernel("gemmTransATwice", range, rows, gates, stride, I, packedX, toIh, H, packedH, toHh);
  };
  if (kind === "gru") {
    // Of n r z u, PyTorch wants r z n for the input and r z u for h. Rows count from n.
    product(0, H, x, ih + 2 * H * I * 4, 0, 0);
    product(H, 3 * H, x, ih - H * I * 4, hPrev, hh - H * H * 4);
    product(3 * H, 4 * H, 0, 0, hPrev, hh - H * H * 4);
  } else {
    product(0, G, x, ih, hPrev, hh);
  }
  const weightIh = engine.read(ih, G * I);
  const weightHh = engine.read(hh, G * read);

  if (!biasIh && !biasHh) return { weightIh, weightHh, biasIh: null, biasHh: null, weightHr: null };
  const sums = scratch.floats(width);
  kernels.sumRows(0, width, rows, gates, stride, sums);
  const fromHidden = engine.read(sums + hiddenFrom * 4, G);
  const fromInput = fromHidden.slice();
  if (kind === "gru") fromInput.set(engine.read(sums, H), 2 * H);
  return {
    weightIh,
    weightHh,
    biasIh: biasIh && fromInput,
    biasHh: biasHh && fromHidden,
    weightHr: null,
  };
}
