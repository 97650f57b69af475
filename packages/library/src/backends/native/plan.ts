/**
 * @file A recurrent layer of one shape in oneDNN: its passes, with a memory for every argument.
 *
 * Both directions are one primitive, and either order of the input's axes is a matter of strides,
 * so the caller's arrays are read and written where they are. Only weights move: into the layout
 * that a pass reads fastest, and their gradients back.
 */

import { NUM_GATES, type RecurrentCall } from "../backend.ts";
import type { Block } from "./blocks.ts";
import type { Ptr } from "./foreign.ts";
import { biasRows } from "./gate-order.ts";
import { ARG, DIFF, type NativeCell, type OneDnn } from "./onednn.ts";
import type { Descriptors, Memory, Primitive } from "./onednn-objects.ts";

/** An operation whose arguments have names: `ARG`, with DIFF for a gradient. */
export class Pass {
  readonly #primitive: Primitive;
  readonly #memories: Map<number, Memory>;
  readonly #desc: Ptr;
  readonly #dnnl: OneDnn;
  readonly #threads: number;
  readonly #lengths = new Map<number, number>();

  constructor(
    dnnl: OneDnn,
    threads: number,
    desc: Ptr,
    args: number[],
    descOf = dnnl.argumentDesc.bind(dnnl),
  ) {
    this.#dnnl = dnnl;
    this.#threads = threads;
    this.#desc = desc;
    this.#memories = new Map(args.map((arg) => [arg, dnnl.memory(descOf(desc, arg))]));
    this.#primitive = dnnl.primitive(desc, [...this.#memories]);
  }

  /** Says where an argument is in the next run. */
  use(arg: number, data: Float32Array | Block): void {
    this.#memories.get(arg)!.use(data);
  }

  /** Runs, and lets go of the arguments. */
  run(): void {
    this.#dnnl.useThreads(this.#threads);
    this.#primitive.execute();
    for (const memory of this.#memories.values()) memory.release();
  }

  /** Room for an argument, in float32. */
  lengthOf(arg: number): number {
    let length = this.#lengths.get(arg);
    if (length === undefined) {
      length = this.#dnnl.sizeOf(this.layoutOf(arg));
      this.#lengths.set(arg, length);
    }
    return length;
  }

  layoutOf(arg: number): Ptr {
    return this.#dnnl.argumentDesc(this.#desc, arg);
  }

  destroy(): void {
    this.#primitive.destroy();
    for (const memory of this.#memories.values()) memory.destroy();
    this.#dnnl.destroyDesc(this.#desc);
  }
}

/** What a plan depends on. */
export interface PlanShape extends Pick<
  RecurrentCall,
  "batchFirst" | "batch" | "seq" | "inputSize" | "hiddenSize" | "training"
> {
  cell: NativeCell;
  numDirections: number;
  threads: number;
}

export class LayerPlan {
  readonly shape: PlanShape;
  readonly forward: Pass;
  /** Training only. */
  readonly backward: Pass | null = null;

  /** From PyTorch's layout, [D, G, columns] with the gates in oneDNN's order, to a pass's. */
  readonly packing: { forward: WeightMoves; backward: WeightMoves | null };
  /** Gradients, the other way. */
  readonly unpacking: WeightMoves | null = null;
  isDisposed = false;

  readonly #passes: Pass[] = [];

  constructor(dnnl: OneDnn, shape: PlanShape) {
    this.shape = shape;
    const descriptors = dnnl.newDescriptors();
    try {
      const args = argumentNames(shape);
      const descs = argumentDescs(descriptors, shape);
      const [layer, iter] = plainWeights(descriptors, shape);
      const { training, threads } = shape;

      dnnl.useThreads(threads);
      const forward = dnnl.forwardDesc(descriptors, shape, training, descs);
      this.forward = this.#own(
        new Pass(dnnl, threads, forward, training ? [...args, ARG.workspace] : args),
      );
      this.packing = { forward: this.#moves(dnnl, this.forward, layer, iter), backward: null };
      if (training) {
        const backward = dnnl.backwardDesc(descriptors, shape, [...descs, ...descs], forward);
        const gradients = args.map((arg) => arg + DIFF);
        const all = [...args, ARG.workspace, ...gradients];
        this.backward = this.#own(new Pass(dnnl, threads, backward, all));
        this.packing.backward = this.#moves(dnnl, this.backward, layer, iter);
        this.unpacking = {
          layer: this.#move(dnnl, this.backward.layoutOf(ARG.weightsLayer + DIFF), layer),
          iter: this.#move(dnnl, this.backward.layoutOf(ARG.weightsIter + DIFF), iter),
        };
      }
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      descriptors.dispose();
    }
  }

  /** Gives the library's objects back. */
  dispose(): void {
    this.isDisposed = true;
    for (const pass of this.#passes.reverse()) pass.destroy();
    this.#passes.length = 0;
  }

  #own(pass: Pass): Pass {
    this.#passes.push(pass);
    return pass;
  }

  #move(dnnl: OneDnn, from: Ptr, to: Ptr): Pass {
    const desc = dnnl.reorderDesc(from, to);
    const layoutOf = (_: Ptr, arg: number) => (arg === ARG.from ? from : to);
    const { threads } = this.shape;
    return this.#own(new Pass(dnnl, threads, desc, [ARG.from, ARG.to], layoutOf));
  }

  #moves(dnnl: OneDnn, pass: Pass, layer: Ptr, iter: Ptr): WeightMoves {
    return {
      layer: this.#move(dnnl, layer, pass.layoutOf(ARG.weightsLayer)),
      iter: this.#move(dnnl, iter, pass.layoutOf(ARG.weightsIter)),
    };
  }
}

/** From `ARG.from` to `ARG.to`: the weights of the input, and those of h. */
export interface WeightMoves {
  layer: Pass;
  iter: Pass;
}

/** In the order in which the library's functions take their descriptors. */
function argumentNames({ cell }: PlanShape): number[] {
  return cell === "lstm"
    ? [ARG.x, ARG.h0, ARG.c0, ARG.weightsLayer, ARG.weightsIter, ARG.bias, ARG.y, ARG.hN, ARG.cN]
    : [ARG.x, ARG.h0, ARG.weightsLayer, ARG.weightsIter, ARG.bias, ARG.y, ARG.hN];
}

/** And the descriptors. The weights lie as the library likes. */
function argumentDescs(descriptors: Descriptors, shape: PlanShape): Ptr[] {
  const { cell, batch: B, seq: T, inputSize: I, hiddenSize: H, numDirections: D } = shape;
  const gates = NUM_GATES[cell];
  const rows = biasRows(cell);
  const steps = (width: number) =>
    descriptors.memory(
      [T, B, width],
      shape.batchFirst ? [width, T * width, 1] : [B * width, width, 1],
    );
  const weights = (columns: number) => descriptors.memory([1, D, columns, gates, H], null);
  const state = descriptors.memory([1, D, B, H], [D * B * H, B * H, H, 1]);
  const states = cell === "lstm" ? [state, state] : [state];
  const bias = descriptors.memory([1, D, rows, H], [D * rows * H, rows * H, H, 1]);
  return [steps(I), ...states, weights(I), weights(H), bias, steps(D * H), ...states];
}

/** Weights as [D, G, columns]. */
function plainWeights(descriptors: Descriptors, shape: PlanShape): [layer: Ptr, iter: Ptr] {
  const { cell, inputSize, hiddenSize: H, numDirections: D } = shape;
  const gates = NUM_GATES[cell];
  const plain = (columns: number) => {
    const size = gates * H * columns;
    const strides = [D * size, size, 1, H * columns, columns];
    return descriptors.memory([1, D, columns, gates, H], strides);
  };
  return [plain(inputSize), plain(H)];
}
