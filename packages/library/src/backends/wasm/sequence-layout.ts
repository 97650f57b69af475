/**
 * @file How the kernels see a batch of sequences: as rows without gaps, step after step, and at
 * each step only the sequences that are still running, longest first.
 *
 *   lengths 2, 3, 1       step   0        1     2
 *   order   1, 0, 2       rows   1 0 2    1 0   1         offsets 0, 3, 5, 6
 *
 * Padding costs nothing then, and the rows of a step are always one stretch, [0, running).
 */

import type { FloatArray } from "../../core/dtype.ts";
import type { RecurrentCall } from "../backend.ts";
import type { WasmEngine } from "./engine.ts";
import type { Ptr } from "./heap.ts";

export interface SequenceLayout {
  readonly batch: number;
  readonly seq: number;
  /** Steps of all sequences together. */
  readonly rows: number;
  /** [T + 1] where each step's rows begin. */
  readonly offsets: Int32Array;
  /** [B] which sequence is the r-th longest; null where they are all equally long. */
  readonly order: Int32Array | null;
  /** The caller's arrays have this layout already. */
  readonly same: boolean;
  readonly batchFirst: boolean;
}

export function layoutOf(call: RecurrentCall): SequenceLayout {
  const { batch, seq, batchFirst } = call;
  const lengths = call.lengths?.some((length) => length !== seq) ? call.lengths : null;
  const offsets = new Int32Array(seq + 1);
  if (lengths === null) {
    for (let t = 1; t <= seq; t++) offsets[t] = t * batch;
    const same = !batchFirst || batch === 1 || seq === 1;
    return { batch, seq, rows: batch * seq, offsets, order: null, same, batchFirst };
  }
  for (let b = 0; b < batch; b++) offsets[lengths[b]]++; // how many sequences end after t steps
  let running = batch;
  let rows = 0;
  for (let t = 0; t <= seq; t++) {
    const ended = offsets[t];
    running -= ended;
    offsets[t] = rows;
    rows += running;
  }
  const order = Int32Array.from(lengths.keys()).sort((a, b) => lengths[b] - lengths[a] || a - b);
  return { batch, seq, rows, offsets, order, same: false, batchFirst };
}

/** Moves arrays between the caller's layout and this one. Its addresses live as long as the call. */
export class SequenceMover {
  readonly layout: SequenceLayout;
  readonly #engine: WasmEngine;
  readonly #offsets: Ptr = 0;
  readonly #order: Ptr = 0;
  /** [0, B]: the offsets of a single step in which all sequences run. */
  readonly #oneStep: Ptr = 0;

  constructor(engine: WasmEngine, layout: SequenceLayout) {
    this.#engine = engine;
    this.layout = layout;
    if (layout.same) return;
    const { batch, offsets, order } = layout;
    this.#offsets = engine.scratch.take(offsets.length * 4);
    this.#order = engine.scratch.take(batch * 4);
    this.#oneStep = engine.scratch.take(8);
    const { i32 } = engine.heap;
    i32.set(offsets, this.#offsets >>> 2);
    for (let b = 0; b < batch; b++) i32[(this.#order >>> 2) + b] = order ? order[b] : b;
    i32[this.#oneStep >>> 2] = 0;
    i32[(this.#oneStep >>> 2) + 1] = batch;
  }

  /** The layout's offsets, where other threads can read them. */
  offsets(): Ptr {
    const { offsets } = this.layout;
    const ptr = this.#engine.scratch.take(offsets.length * 4);
    this.#engine.heap.i32.set(offsets, ptr >>> 2);
    return ptr;
  }

  /** The caller's [T, B, width] or [B, T, width] as rows. */
  load(values: FloatArray, width: number): Ptr {
    const { scratch, kernels } = this.#engine;
    const { batch, seq, rows, same } = this.layout;
    const theirs = scratch.floats(batch * seq * width);
    this.#engine.write(theirs, values);
    if (same) return theirs;
    const ours = scratch.floats(rows * width);
    const [timeStride, batchStride] = this.#strides(width);
    // prettier-ignore
    kernels.gatherRows(0, seq, this.#offsets, this.#order, width * 4, theirs, timeStride, batchStride, ours);
    return ours;
  }

  /** Rows as the caller's [T, B, width] or [B, T, width], with zeros after each sequence's end. */
  store(ours: Ptr, width: number): Float32Array {
    const { scratch, kernels } = this.#engine;
    const { batch, seq, same } = this.layout;
    const length = batch * seq * width;
    if (same) return this.#engine.read(ours, length);
    const theirs = scratch.floats(length);
    const [timeStride, batchStride] = this.#strides(width);
    // prettier-ignore
    kernels.scatterRows(0, seq, batch, this.#offsets, this.#order, width * 4, ours, theirs, timeStride, batchStride);
    return this.#engine.read(theirs, length);
  }

  /** One direction's part of a state [D, B, width], sequences in order; zeros for null. */
  loadState(state: FloatArray | null, direction: number, width: number): Ptr {
    const { scratch, kernels } = this.#engine;
    const { batch, order } = this.layout;
    const size = batch * width;
    const ours = scratch.floats(size);
    if (state === null) {
      kernels.zeroRows(0, 1, size * 4, ours, 0);
      return ours;
    }
    const theirs = order ? scratch.floats(size) : ours;
    const whole = state.length === size;
    this.#engine.write(
      theirs,
      whole ? state : state.subarray(direction * size, (direction + 1) * size),
    );
    // prettier-ignore
    if (order) kernels.gatherRows(0, 1, this.#oneStep, this.#order, width * 4, theirs, 0, width * 4, ours);
    return ours;
  }

  /** And back, into one direction's part of `state`. */
  storeState(ours: Ptr, state: Float32Array, direction: number, width: number): void {
    const { scratch, kernels, heap } = this.#engine;
    const { batch, order } = this.layout;
    const size = batch * width;
    let theirs = ours;
    if (order) {
      theirs = scratch.floats(size);
      // prettier-ignore
      kernels.scatterRows(0, 1, batch, this.#oneStep, this.#order, width * 4, ours, theirs, 0, width * 4);
    }
    state.set(heap.f32.subarray(theirs >>> 2, (theirs >>> 2) + size), direction * size);
  }

  /** Bytes from one step to the next and from one sequence to the next, in the caller's layout. */
  #strides(width: number): [timeStride: number, batchStride: number] {
    const { batch, seq, batchFirst } = this.layout;
    return batchFirst ? [width * 4, seq * width * 4] : [batch * width * 4, width * 4];
  }
}
