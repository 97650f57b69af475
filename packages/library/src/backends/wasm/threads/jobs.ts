/**
 * @file What a worker can be asked to do, written as whole numbers: a job is a function over
 * addresses in the shared memory, and a range that is this worker's share.
 *
 *   [kind, start, end, … what the kind needs]
 */

import type { Kernels } from "@unrolled/kernels";
import { internalError } from "../../../core/errors.ts";
import { cellLayout, type CellLayout } from "../cell-layout.ts";
import { NUM_GATES, type CellKind } from "../../backend.ts";
import { backwardSequences, type BackwardJob } from "../recurrent-backward.ts";
import { forwardSequences, type ForwardJob } from "../recurrent-forward.ts";
import type { SequenceLayout } from "../sequence-layout.ts";

/** Kernels that are split among threads as they are: their first two arguments are the range. */
const KERNEL_NAMES = ["gemm", "gemmTransA", "gemmTransATwice", "packB", "sumRows"] as const;
export type SplitKernel = (typeof KERNEL_NAMES)[number];
export type RangeKernel = (start: number, end: number, ...rest: number[]) => void;

const CELLS = Object.keys(NUM_GATES) as CellKind[];

const KERNEL = 0;
const FORWARD = 1;
const BACKWARD = 2;

/** The longest job is a backward one. */
export const JOB_LENGTH = 32;

/** What runs a job: the kernels, and the memory in which offsets are found. */
export interface JobHost {
  readonly kernels: Kernels;
  readonly heap: { readonly i32: Int32Array };
}

/** A job without its range. */
export type Job = readonly number[];

export function kernelJob(name: SplitKernel, ...args: number[]): Job {
  return [KERNEL, KERNEL_NAMES.indexOf(name), args.length, ...args];
}

/** `offsetsPtr` is where the layout's offsets stand in the shared memory. */
export function forwardJob(job: ForwardJob, offsetsPtr: number): Job {
  const { cell, layout, weights } = job;
  // prettier-ignore
  return [
    FORWARD, ...sizes(cell, layout), offsetsPtr,
    weights.ih, weights.hh, weights.bias, weights.hiddenBias,
    Number(job.reverse), Number(job.training), Number(job.fromZero),
    job.x, job.gates, job.stepsAtOnce, job.kept, job.h, job.c, job.output, job.outputStride,
  ];
}

export function backwardJob(job: BackwardJob, offsetsPtr: number): Job {
  const { cell, layout, weights } = job;
  // prettier-ignore
  return [
    BACKWARD, ...sizes(cell, layout), offsetsPtr,
    weights.ih, weights.hh, Number(job.reverse),
    job.gates, job.kept, job.hNext, job.gradH, job.gradC, job.gradOutput, job.gradOutputStride,
  ];
}

function sizes({ kind, I, H }: CellLayout, { batch, seq, rows }: SequenceLayout): number[] {
  return [CELLS.indexOf(kind), I, H, batch, seq, rows];
}

/** Does the share start ≤ i < end of a job. */
export function runJob(host: JobHost, job: ArrayLike<number>, start: number, end: number): void {
  switch (job[0]) {
    case KERNEL: {
      const kernel: RangeKernel = host.kernels[KERNEL_NAMES[job[1]]];
      kernel(start, end, ...Array.from({ length: job[2] }, (_, i) => job[3 + i]));
      return;
    }
    case FORWARD:
      forwardSequences(host, readForward(host, job), start, end);
      return;
    case BACKWARD:
      backwardSequences(host, readBackward(host, job), start, end);
      return;
    default:
      throw internalError(`a job of kind ${job[0]}`);
  }
}

function readForward(host: JobHost, job: ArrayLike<number>): ForwardJob {
  const next = reader(job);
  const [cell, layout] = readSizes(host, next);
  return {
    cell,
    layout,
    weights: { ih: next(), hh: next(), bias: next(), hiddenBias: next() },
    reverse: next() === 1,
    training: next() === 1,
    fromZero: next() === 1,
    x: next(),
    gates: next(),
    stepsAtOnce: next(),
    kept: next(),
    h: next(),
    c: next(),
    output: next(),
    outputStride: next(),
  };
}

function readBackward(host: JobHost, job: ArrayLike<number>): BackwardJob {
  const next = reader(job);
  const [cell, layout] = readSizes(host, next);
  return {
    cell,
    layout,
    weights: { ih: next(), hh: next() },
    reverse: next() === 1,
    gates: next(),
    kept: next(),
    hNext: next(),
    gradH: next(),
    gradC: next(),
    gradOutput: next(),
    gradOutputStride: next(),
  };
}

/** One number after another, in the order in which they were written. */
function reader(job: ArrayLike<number>): () => number {
  let at = 1;
  return () => job[at++];
}

function readSizes({ heap }: JobHost, next: () => number): [CellLayout, SequenceLayout] {
  const cell = cellLayout(CELLS[next()], next(), next());
  const [batch, seq, rows] = [next(), next(), next()];
  const from = next() >>> 2;
  const offsets = heap.i32.subarray(from, from + seq + 1);
  return [cell, { batch, seq, rows, offsets, order: null, same: true, batchFirst: false }];
}
