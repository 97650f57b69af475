/**
 * @file A recurrent layer over whole sequences, forward.
 *
 *   gates of all steps = x·Wᵢᵀ + b       one product for many steps at a time
 *   for each step:
 *     gates += h·Wₕᵀ                     one product over the sequences that still run
 *     h, c = step(gates, h, c)           one kernel
 *
 * h and c hold every sequence's state at all times: a sequence that has ended, or in the reverse
 * direction has not begun, keeps its row as it is. So at the end they are hN and cN.
 */

import type { RecurrentCall, RecurrentResult, RecurrentSaved } from "../backend.ts";
import {
  type CellLayout,
  cellLayout,
  type ForwardWeights,
  forwardWeights,
  minimalFlags,
} from "./cell-layout.ts";
import type { WasmEngine } from "./engine.ts";
import type { Ptr } from "./heap.ts";
import type { SavedBlock } from "./saved-activations.ts";
import { layoutOf, type SequenceLayout, SequenceMover } from "./sequence-layout.ts";
import { forwardJob, type JobHost } from "./threads/jobs.ts";

/**
 * How many bytes of gates one product over the input fills before the loop over time uses them:
 * they should still be in L2 then, beside the weights.
 */
const GATES_AT_ONCE = 256 * 1024;

/** What forward keeps: per direction the gates [rows, width], then c or h before each step. */
export interface WasmSaved extends RecurrentSaved {
  readonly engine: "wasm";
  readonly layout: SequenceLayout;
  readonly block: SavedBlock;
}

/** Where the saved numbers of one direction begin, in floats. */
export function savedAt(cell: CellLayout, rows: number, direction: number): number {
  return direction * rows * (cell.width + cell.keptWidth);
}

/** One direction's loop, as addresses: everything that a worker has to be told. */
export interface ForwardJob {
  cell: CellLayout;
  layout: SequenceLayout;
  weights: ForwardWeights;
  reverse: boolean;
  training: boolean;
  /** h starts as zeros: the first step has no product. */
  fromZero: boolean;
  x: Ptr; //         [rows, I]
  /** [rows, width] if training; else room for the steps that are computed at once. */
  gates: Ptr;
  stepsAtOnce: number;
  kept: Ptr; //      [rows, H] or 0
  h: Ptr; //         [B, H]
  c: Ptr; //         [B, H], LSTM
  output: Ptr; //    [rows, D·H], at this direction's columns
  outputStride: number;
}

export function recurrentForward(engine: WasmEngine, call: RecurrentCall): RecurrentResult {
  const { scratch, saved } = engine;
  scratch.begin();
  engine.packed.begin();
  const { batch, training } = call;
  const D = call.directions.length;
  const layout = layoutOf(call);
  const cell = cellLayout(call.cell, call.inputSize, call.hiddenSize);
  const { rows } = layout;
  const { H, width } = cell;

  const stepsAtOnce = Math.max(1, Math.floor(GATES_AT_ONCE / (batch * width * 4)));
  const block = training ? saved.allocate(savedAt(cell, rows, D)) : null;
  try {
    const mover = new SequenceMover(engine, layout);
    const x = mover.load(call.input, cell.I);
    const output = scratch.floats(rows * D * H);
    const gates = block ? 0 : scratch.floats(Math.min(rows, stepsAtOnce * batch) * width);
    const hN = new Float32Array(D * batch * H);
    const cN = call.cell === "lstm" ? new Float32Array(D * batch * H) : null;

    for (let d = 0; d < D; d++) {
      const own = block ? block.ptr + savedAt(cell, rows, d) * 4 : 0;
      const job: ForwardJob = {
        cell,
        layout,
        weights: forwardWeights(engine, cell, call.directions[d]),
        reverse: d === 1,
        training,
        fromZero: call.h0 === null,
        x,
        gates: block ? own : gates,
        stepsAtOnce,
        kept: block && cell.keptWidth > 0 ? own + rows * width * 4 : 0,
        h: mover.loadState(call.h0, d, H),
        c: cN ? mover.loadState(call.c0, d, H) : 0,
        output: output + d * H * 4,
        outputStride: D * H * 4,
      };
      engine.threads.run(
        { start: 0, end: batch, grain: 1, flops: 2 * rows * cell.G * (cell.I + cell.read) },
        (first, end) => forwardSequences(engine, job, first, end),
        () => forwardJob(job, mover.offsets()),
      );
      mover.storeState(job.h, hN, d, H);
      if (cN) mover.storeState(job.c, cN, d, H);
    }
    const result = mover.store(output, D * H);
    if (block === null) return { output: result, hN, cN, saved: null };
    saved.keep(block);
    const kept: WasmSaved = { engine: "wasm", layout, block };
    return { output: result, hN, cN, saved: kept };
  } catch (error) {
    if (block) saved.release(block);
    throw error;
  }
}

/** All steps of the sequences first ≤ r < end, in order of length. Allocates nothing. */
export function forwardSequences(
  engine: JobHost,
  job: ForwardJob,
  first: number,
  end: number,
): void {
  const { gemm } = engine.kernels;
  const { cell, layout, weights, reverse, training, fromZero, stepsAtOnce, h } = job;
  const { offsets, seq } = layout;
  const { H, G, width, hiddenFrom, read } = cell;
  const rowBytes = width * 4;

  for (let done = 0; done < seq; done += stepsAtOnce) {
    const count = Math.min(stepsAtOnce, seq - done);
    const from = reverse ? seq - done - count : done;
    const gates = training ? job.gates : job.gates - offsets[from] * rowBytes;
    projectInput(engine, job, gates, from, from + count, first, end);

    for (let step = 0; step < count; step++) {
      const t = reverse ? from + count - 1 - step : from + step;
      const row = offsets[t];
      const last = Math.min(end, offsets[t + 1] - row);
      if (last <= first) continue;
      const stepGates = gates + row * rowBytes;
      if (read > 0 && !(fromZero && done + step === 0)) {
        gemm(first, last, G, H, h, H * 4, weights.hh, stepGates + hiddenFrom * 4, rowBytes, 0, 1);
      }
      stepForward(engine, job, stepGates, row, first, last);
    }
  }
}

/** gates = x·Wᵢᵀ + b for the steps from ≤ t < to. */
function projectInput(
  engine: JobHost,
  { cell, layout, weights, x }: ForwardJob,
  gates: Ptr,
  from: number,
  to: number,
  first: number,
  end: number,
): void {
  const { offsets, batch } = layout;
  // All sequences: the rows of many steps are one stretch. Some: a stretch for every step.
  const whole = first === 0 && end === batch;
  for (let t = from; t < to; t = whole ? to : t + 1) {
    const start = whole ? offsets[from] : offsets[t] + first;
    const stop = whole ? offsets[to] : Math.min(offsets[t] + end, offsets[t + 1]);
    projectRows(engine, cell, weights, x, gates, start, stop);
  }
}

function projectRows(
  { kernels }: JobHost,
  { kind, I, H, G, width }: CellLayout,
  weights: ForwardWeights,
  x: Ptr,
  gates: Ptr,
  start: number,
  stop: number,
): void {
  kernels.gemm(start, stop, G, I, x, I * 4, weights.ih, gates, width * 4, weights.bias, 0);
  if (kind === "gru") {
    kernels.copyRows(start, stop, H * 4, weights.hiddenBias, 0, gates + G * 4, width * 4);
  }
}

function stepForward(
  { kernels }: JobHost,
  { cell, training, kept, h, c, output, outputStride }: ForwardJob,
  gates: Ptr,
  row: number,
  first: number,
  last: number,
): void {
  const { kind, H } = cell;
  const out = output + row * outputStride;
  const keep = kept ? kept + row * H * 4 : 0;
  switch (kind) {
    case "lstm":
      kernels.lstmStep(first, last, H, gates, h, c, out, outputStride, keep);
      break;
    case "gru":
      kernels.gruStep(first, last, H, gates, h, out, outputStride, keep);
      break;
    case "rnn_tanh":
    case "rnn_relu": {
      const relu = kind === "rnn_relu" ? 1 : 0;
      kernels.rnnStep(first, last, H, relu, gates, h, out, outputStride, training ? 1 : 0);
      break;
    }
    default: {
      const { lstm, positive } = minimalFlags(kind);
      kernels.minStep(first, last, H, lstm, positive, gates, h, out, outputStride, keep);
    }
  }
}
