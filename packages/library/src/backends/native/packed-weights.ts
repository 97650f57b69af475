/**
 * @file Weights in the layout that a pass reads fastest: packed once, used until they change.
 */

import type { FloatArray } from "../../core/dtype.ts";
import type { Storage } from "../../core/storage.ts";
import { NUM_GATES, type RecurrentWeights } from "../backend.ts";
import { Block, type BlockPool } from "./blocks.ts";
import { biasRows, writeBias, writeWeights } from "./gate-order.ts";
import { ARG, type OneDnn } from "./onednn.ts";
import type { LayerPlan, Pass } from "./plan.ts";
import { asFloat32 } from "./products.ts";

export type PassName = "forward" | "backward";

/** The weights of all directions, ready for one pass. */
export interface Packed {
  layer: Block;
  iter: Block;
  bias: Block;
}

interface Entry extends Packed {
  /** Whose layouts these are. */
  plan: LayerPlan;
  sources: (Storage | null)[];
  versions: number[];
}

export class PackedWeights {
  readonly #dnnl: OneDnn;
  readonly #pool: BlockPool;
  /** Filed under the first direction's weightIh: the collector takes them together. */
  readonly #entries = {
    forward: new WeakMap<Storage, Entry>(),
    backward: new WeakMap<Storage, Entry>(),
  };

  constructor(dnnl: OneDnn, pool: BlockPool) {
    this.#dnnl = dnnl;
    this.#pool = pool;
  }

  /** From last time if nothing has changed and nobody can have written to them unseen. */
  get(name: PassName, plan: LayerPlan, directions: RecurrentWeights[]): Packed {
    const key = directions[0].weightIh;
    const entry = this.#entries[name].get(key);
    if (entry !== undefined && this.#isCurrent(name, entry, plan, directions)) return entry;
    const fresh = this.#hasRoom(name, entry, plan)
      ? entry
      : { ...newBlocks(name, plan), plan, sources: [], versions: [] };
    this.#pack(name, plan, directions, fresh);
    fresh.plan = plan;
    fresh.sources = sourcesOf(directions);
    fresh.versions = fresh.sources.map((source) => source?.version ?? 0);
    this.#entries[name].set(key, fresh);
    return fresh;
  }

  #isCurrent(name: PassName, entry: Entry, plan: LayerPlan, directions: RecurrentWeights[]) {
    if (entry.plan !== plan && !this.#haveSameLayout(name, entry.plan, plan)) return false;
    const { sources, versions } = entry;
    let i = 0;
    for (const { weightIh, weightHh, biasIh, biasHh } of directions) {
      for (const source of [weightIh, weightHh, biasIh, biasHh]) {
        if (source !== sources[i]) return false;
        if (source !== null && (source.exposed || source.version !== versions[i])) return false;
        i++;
      }
    }
    return i === sources.length;
  }

  #pack(name: PassName, plan: LayerPlan, directions: RecurrentWeights[], to: Packed): void {
    const { layer, iter } = plan.packing[name]!;
    const { cell, hiddenSize: H, inputSize: I } = plan.shape;
    const layers = directions.map(({ weightIh }) => weightIh);
    const iters = directions.map(({ weightHh }) => weightHh);
    this.#move(layer, plan, layers, I, to.layer);
    this.#move(iter, plan, iters, H, to.iter);
    const rows = biasRows(cell) * H;
    directions.forEach((weights, d) => {
      writeBias(cell, H, weights, to.bias.floats.subarray(d * rows, (d + 1) * rows));
    });
  }

  /** The weights [G, columns] of each direction, into the layout of a pass. */
  #move(move: Pass, plan: LayerPlan, directions: Storage[], columns: number, to: Block): void {
    const { cell, hiddenSize: H } = plan.shape;
    const arrays = directions.map(({ array }) => asFloat32(array as FloatArray));
    move.use(ARG.to, to);
    if (arrays.length === 1 && cell !== "gru") {
      move.use(ARG.from, arrays[0]);
      move.run();
      return;
    }
    const size = NUM_GATES[cell] * H * columns;
    const together = this.#pool.take(arrays.length * size);
    arrays.forEach((array, d) => {
      writeWeights(cell, H, columns, array, together.floats.subarray(d * size, (d + 1) * size));
    });
    move.use(ARG.from, together);
    move.run();
    this.#pool.give(together);
  }

  #hasRoom(name: PassName, entry: Entry | undefined, plan: LayerPlan): entry is Entry {
    if (entry === undefined) return false;
    return entry.plan === plan || this.#haveSameLayout(name, entry.plan, plan);
  }

  #haveSameLayout(name: PassName, a: LayerPlan, b: LayerPlan): boolean {
    if (a.isDisposed || b.isDisposed) return false;
    const [passA, passB] = [a[name]!, b[name]!];
    return [ARG.weightsLayer, ARG.weightsIter].every((arg) =>
      this.#dnnl.areSame(passA.layoutOf(arg), passB.layoutOf(arg)),
    );
  }
}

function sourcesOf(directions: RecurrentWeights[]): (Storage | null)[] {
  return directions.flatMap(({ weightIh, weightHh, biasIh, biasHh }) => [
    weightIh,
    weightHh,
    biasIh,
    biasHh,
  ]);
}

function newBlocks(name: PassName, plan: LayerPlan): Packed {
  const pass = plan[name]!;
  const { cell, hiddenSize, numDirections } = plan.shape;
  return {
    layer: new Block(pass.lengthOf(ARG.weightsLayer)),
    iter: new Block(pass.lengthOf(ARG.weightsIter)),
    bias: new Block(numDirections * biasRows(cell) * hiddenSize),
  };
}
