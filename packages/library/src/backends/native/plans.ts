/**
 * @file The plans in use: made when a shape is first met, given back when others have pushed it out.
 */

import type { RecurrentCall } from "../backend.ts";
import type { NativeCell, OneDnn } from "./onednn.ts";
import { LayerPlan, type PlanShape } from "./plan.ts";

/**
 * A plan takes under a millisecond and about 150 KB to make. This is enough for the layers of a
 * model in training and evaluation, with batches of several lengths.
 */
const PLANS_KEPT = 48;

export class LayerPlans {
  readonly #dnnl: OneDnn;
  /** Longest unused first. */
  readonly #plans = new Map<string, LayerPlan>();
  #latest: LayerPlan | null = null;

  constructor(dnnl: OneDnn) {
    this.#dnnl = dnnl;
  }

  get count(): number {
    return this.#plans.size;
  }

  get(call: RecurrentCall, threads: number): LayerPlan {
    // A stream asks for the same plan a hundred thousand times a second.
    if (this.#latest !== null && fits(this.#latest.shape, call, threads)) return this.#latest;
    const cell = call.cell as NativeCell;
    const { batchFirst, batch, seq, inputSize, hiddenSize, training } = call;
    const numDirections = call.directions.length;
    const key = [cell, batchFirst, batch, seq, inputSize, hiddenSize, training, numDirections, threads].join(); // prettier-ignore
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      const shape = { cell, batchFirst, batch, seq, inputSize, hiddenSize, training };
      plan = new LayerPlan(this.#dnnl, { ...shape, numDirections, threads });
      if (this.#plans.size >= PLANS_KEPT) this.#disposeOldest();
    } else {
      this.#plans.delete(key);
    }
    this.#plans.set(key, plan);
    this.#latest = plan;
    return plan;
  }

  #disposeOldest(): void {
    const [[key, plan]] = this.#plans;
    this.#plans.delete(key);
    plan.dispose();
  }
}

function fits(shape: PlanShape, call: RecurrentCall, threads: number): boolean {
  return (
    shape.seq === call.seq &&
    shape.batch === call.batch &&
    shape.hiddenSize === call.hiddenSize &&
    shape.inputSize === call.inputSize &&
    shape.cell === call.cell &&
    shape.training === call.training &&
    shape.batchFirst === call.batchFirst &&
    shape.numDirections === call.directions.length &&
    shape.threads === threads
  );
}
