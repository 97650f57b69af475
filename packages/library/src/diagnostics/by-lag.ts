/**
 * @file Norms of gradients, counted from where each sequence ends.
 */

import type { FloatArray } from "../core/dtype.ts";
import type { Tensor } from "../tensor/index.ts";
import type { RecordedLayer, RecordedStep } from "./recording.ts";

/** How long a gradient is, step by step. */
export interface NormsByStep {
  /** [seq], after each step, over batch and features together: √Σ g². 0 past the end of all. */
  byStep: Float64Array;
  /**
   * [seq + 1], the same by the steps that lie between and the end of each sequence's pass (its last
   * step, or in the reverse direction its first): 0 is the last state, seq the one before the first step.
   */
  byLag: Float64Array;
  /** [seq + 1], by lag, the mean of each sequence's own norm. */
  perSequence: Float64Array;
}

/** How many steps are left in the pass of sequence b after its step at time t. */
export function lagOf(layer: RecordedLayer, t: number, b: number): number {
  return layer.direction === "forward" ? layer.lengths[b] - 1 - t : t;
}

/** Norms of each sequence's part of something that every step has, rows [running, …]. */
export class SequenceNorms {
  readonly #layer: RecordedLayer;
  /** [seq + 1][batch] by lag, and by step [seq][batch] */
  readonly #byLag: Float64Array[];
  readonly #byStep: Float64Array[];

  constructor(layer: RecordedLayer) {
    this.#layer = layer;
    const seq = layer.steps.length;
    const create = (length: number) =>
      Array.from({ length }, () => new Float64Array(layer.batch).fill(NaN));
    this.#byLag = create(seq + 1);
    this.#byStep = create(seq);
  }

  /** Adds what belongs to the state after step t; a part more of one state adds up in squares. */
  add(t: number, rows: Int32Array, values: Tensor | null): void {
    const norms = rowNorms(values, rows.length);
    for (const [row, b] of rows.entries()) {
      const lag = lagOf(this.#layer, t, b);
      this.#byLag[lag][b] = this.#byStep[t][b] = joined(this.#byStep[t][b], norms[row]);
    }
  }

  /** What belongs to the state before the first step. */
  addInitial(values: Tensor | null): void {
    const { order, lengths } = this.#layer;
    const norms = rowNorms(values, order.length);
    for (const [row, b] of order.entries()) {
      const byLag = this.#byLag[lengths[b]];
      byLag[b] = joined(byLag[b], norms[row]);
    }
  }

  result(): NormsByStep {
    return {
      byStep: Float64Array.from(this.#byStep, together),
      byLag: Float64Array.from(this.#byLag, together),
      perSequence: Float64Array.from(this.#byLag, (norms) => {
        const known = norms.filter((norm) => !Number.isNaN(norm));
        return known.reduce((sum, norm) => sum + norm, 0) / known.length;
      }),
    };
  }
}

/** ‖∂L/∂(part of the state)‖ after `backward()`. */
export function gradientNorms(layer: RecordedLayer, part: number): NormsByStep {
  const norms = new SequenceNorms(layer);
  for (const [t, { rows, state }] of layer.steps.entries()) norms.add(t, rows, state[part].grad);
  norms.addInitial(layer.initial[part].grad);
  return norms.result();
}

/** The steps of a layer in the order in which its pass took them. */
export function inPass(layer: RecordedLayer): [t: number, step: RecordedStep][] {
  const entries = [...layer.steps.entries()];
  return layer.direction === "forward" ? entries : entries.reverse();
}

function together(norms: Float64Array): number {
  return norms.reduce((sum, norm) => (Number.isNaN(norm) ? sum : Math.hypot(sum, norm)), 0);
}

/** √(a² + b²), where a may be unknown yet. */
function joined(a: number, b: number): number {
  return Number.isNaN(a) ? b : Math.hypot(a, b);
}

/** Of each row; where no gradient came, 0. */
function rowNorms(values: Tensor | null, rows: number): Float64Array {
  const norms = new Float64Array(rows);
  if (values === null) return norms;
  const array = values.storage.array as FloatArray;
  const width = array.length / rows;
  for (let row = 0; row < rows; row++) {
    let sum = 0; // Squares in float64: exact enough down to norms of 1e-150.
    for (let i = row * width; i < (row + 1) * width; i++) sum += array[i] * array[i];
    norms[row] = Math.sqrt(sum);
  }
  return norms;
}
