/**
 * @file A recurrent layer over whole sequences by oneDNN, forward and backward.
 */

import type { FloatArray } from "../../core/dtype.ts";
import { internalError } from "../../core/errors.ts";
import {
  NUM_GATES,
  type RecurrentCall,
  type RecurrentGradients,
  type RecurrentOutputGradients,
  type RecurrentResult,
  type RecurrentSaved,
} from "../backend.ts";
import { getNumThreads } from "../thread-count.ts";
import { Block, BlockPool } from "./blocks.ts";
import { biasRows, readBiasGradients, readWeights } from "./gate-order.ts";
import { ARG, DIFF, type OneDnn } from "./onednn.ts";
import { PackedWeights } from "./packed-weights.ts";
import type { LayerPlan, Pass } from "./plan.ts";
import { LayerPlans } from "./plans.ts";
import { asFloat32 } from "./products.ts";
import { sameBits, ThreadTrials } from "./threads.ts";

/**
 * What forward keeps for backward: copies of its results among it, since the caller may write to
 * the results themselves.
 */
export interface NativeSaved extends RecurrentSaved {
  readonly engine: "native";
  readonly layers: Layers;
  readonly threads: number;
  /** The call as it was computed: see `isTurned`. */
  readonly call: RecurrentCall;
  /** null when they have been used. */
  blocks: SavedBlocks | null;
}

interface SavedBlocks {
  workspace: Block;
  output: Block;
  hN: Block;
  cN: Block | null;
}

/** Whole layers by a library. */
export interface Layers {
  forward(call: RecurrentCall): RecurrentResult;
  backward(
    call: RecurrentCall,
    saved: NativeSaved,
    grads: RecurrentOutputGradients,
  ): RecurrentGradients;
}

export class NativeLayers implements Layers {
  readonly plans: LayerPlans;
  readonly #hasThreads: boolean;
  readonly #trials = new ThreadTrials();
  readonly pool = new BlockPool();
  readonly #packed: PackedWeights;
  /** Read where the caller gives nothing; never written. */
  #zeros = new Block(0);

  constructor(dnnl: OneDnn) {
    this.plans = new LayerPlans(dnnl);
    this.#hasThreads = dnnl.hasThreads;
    this.#packed = new PackedWeights(dnnl, this.pool);
  }

  forward(call: RecurrentCall): RecurrentResult {
    if (!isTurned(call)) return this.#forward(call, this.#threadsFor(call));
    const { batch: B, seq: T, inputSize: I, hiddenSize: H, directions } = call;
    const input = swapFirstAxes(call.input, B, T, I);
    const turned = { ...call, batchFirst: false, input };
    const result = this.#forward(turned, this.#threadsFor(turned));
    return { ...result, output: swapFirstAxes(result.output, T, B, directions.length * H) };
  }

  #forward(call: RecurrentCall, threads: number): RecurrentResult {
    const plan = this.plans.get(call, threads);
    const { forward } = plan;
    const { batch: B, seq: T, hiddenSize: H, cell, training } = call;
    const D = call.directions.length;
    const states = D * B * H;
    const steps = B * T * D * H;
    const isLstm = cell === "lstm";

    this.#useInputs("forward", plan, call);
    if (!training) {
      const output = new Float32Array(steps);
      const hN = new Float32Array(states);
      const cN = isLstm ? new Float32Array(states) : null;
      forward.use(ARG.y, output);
      forward.use(ARG.hN, hN);
      if (cN) forward.use(ARG.cN, cN);
      forward.run();
      return { output, hN, cN, saved: null };
    }

    const blocks: SavedBlocks = {
      workspace: this.pool.take(forward.lengthOf(ARG.workspace)),
      output: this.pool.take(steps),
      hN: this.pool.take(states),
      cN: isLstm ? this.pool.take(states) : null,
    };
    useSaved(forward, blocks);
    forward.run();
    const saved: NativeSaved = { engine: "native", layers: this, threads, call, blocks };
    return {
      output: blocks.output.floats.slice(0, steps),
      hN: blocks.hN.floats.slice(0, states),
      cN: blocks.cN && blocks.cN.floats.slice(0, states),
      saved,
    };
  }

  backward(
    call: RecurrentCall,
    saved: NativeSaved,
    grads: RecurrentOutputGradients,
  ): RecurrentGradients {
    if (!isTurned(call)) return this.#backward(saved, grads);
    const { batch: B, seq: T, inputSize: I, hiddenSize: H, directions } = call;
    const output = grads.output && swapFirstAxes(grads.output, B, T, directions.length * H);
    const result = this.#backward(saved, { ...grads, output });
    return { ...result, input: result.input && swapFirstAxes(result.input, T, B, I) };
  }

  #backward(saved: NativeSaved, grads: RecurrentOutputGradients): RecurrentGradients {
    const { blocks, call } = saved;
    if (blocks === null) {
      throw internalError("the saved activations of a recurrent layer were used twice");
    }
    saved.blocks = null;
    const plan = this.plans.get(call, saved.threads);
    const backward = plan.backward!;
    const { batch: B, seq: T, inputSize: I, hiddenSize: H, cell } = call;
    const D = call.directions.length;
    const isLstm = cell === "lstm";
    const states = D * B * H;

    this.#useInputs("backward", plan, call);
    useSaved(backward, blocks);
    backward.use(ARG.y + DIFF, this.#orZeros(grads.output, B * T * D * H));
    backward.use(ARG.hN + DIFF, this.#orZeros(grads.hN, states));
    if (isLstm) backward.use(ARG.cN + DIFF, this.#orZeros(grads.cN, states));

    const gradX = this.pool.take(B * T * I); // computed whether it is wanted or not
    const h0 = new Float32Array(states);
    const c0 = isLstm ? new Float32Array(states) : null;
    backward.use(ARG.x + DIFF, gradX);
    backward.use(ARG.h0 + DIFF, h0);
    if (c0) backward.use(ARG.c0 + DIFF, c0);

    const gradLayer = this.#sum(backward, ARG.weightsLayer);
    const gradIter = this.#sum(backward, ARG.weightsIter);
    const gradBias = this.#sum(backward, ARG.bias);
    backward.run();

    const weightIh = this.#unpack(plan.unpacking!.layer, plan, gradLayer, I);
    const weightHh = this.#unpack(plan.unpacking!.iter, plan, gradIter, H);
    const rows = biasRows(cell) * H;
    const directions = call.directions.map(({ biasIh, biasHh }, d) => {
      const bias = readBiasGradients(cell, H, gradBias.floats.subarray(d * rows, (d + 1) * rows));
      return {
        weightIh: weightIh[d],
        weightHh: weightHh[d],
        biasIh: biasIh && bias.biasIh,
        biasHh: biasHh && bias.biasHh,
        weightHr: null,
      };
    });
    const input = grads.needsInput ? gradX.floats.slice(0, B * T * I) : null;
    const { workspace, output, hN, cN } = blocks;
    const done = [workspace, output, hN, cN, gradX, gradLayer, gradIter, gradBias];
    for (const block of done) {
      if (block) this.pool.give(block);
    }
    return { input, h0, c0, directions };
  }

  /** All that are wanted, where they pay and change nothing: see `threads.ts`. */
  #threadsFor(call: RecurrentCall): number {
    if (!this.#hasThreads || !paysOnThreads(call)) return 1;
    const threads = getNumThreads();
    if (threads === 1) return 1;
    const { cell, batch, seq, inputSize, hiddenSize, training, directions } = call;
    const kind = [cell, batch, inputSize, hiddenSize, training, directions.length, threads].join();
    const same = this.#trials.passed(kind, seq, () => {
      const one = this.#results(call, 1);
      const many = this.#results(call, threads);
      return one.every((array, i) => sameBits(array, many[i]));
    });
    return same ? threads : 1;
  }

  /** All that a call can give: its outputs stand for their own gradients. */
  #results(call: RecurrentCall, threads: number): (Float32Array | null)[] {
    const { output, hN, cN, saved } = this.#forward(call, threads);
    const results = [output, hN, cN];
    if (saved) {
      const grads = { output, hN, cN, needsInput: true };
      const { input, h0, c0, directions } = this.#backward(saved as NativeSaved, grads);
      const weights = directions.flatMap(({ weightIh, weightHh, biasIh }) => [
        weightIh,
        weightHh,
        biasIh,
      ]);
      results.push(input, h0, c0, ...weights);
    }
    return results as (Float32Array | null)[];
  }

  /** What both passes read. */
  #useInputs(name: "forward" | "backward", plan: LayerPlan, call: RecurrentCall): void {
    const pass = plan[name]!;
    const states = call.directions.length * call.batch * call.hiddenSize;
    const { layer, iter, bias } = this.#packed.get(name, plan, call.directions);
    pass.use(ARG.x, asFloat32(call.input));
    pass.use(ARG.h0, this.#orZeros(call.h0, states));
    if (call.cell === "lstm") pass.use(ARG.c0, this.#orZeros(call.c0, states));
    pass.use(ARG.weightsLayer, layer);
    pass.use(ARG.weightsIter, iter);
    pass.use(ARG.bias, bias);
  }

  #orZeros(array: RecurrentCall["h0"], length: number): Float32Array | Block {
    if (array !== null) return asFloat32(array);
    if (this.#zeros.floats.length < length) this.#zeros = new Block(length);
    return this.#zeros;
  }

  /** Zeros for a gradient: the library adds to what is there. */
  #sum(backward: Pass, arg: number): Block {
    const block = this.pool.take(backward.lengthOf(arg + DIFF));
    block.floats.fill(0);
    backward.use(arg + DIFF, block);
    return block;
  }

  /** The gradient of a weight matrix, for each direction. */
  #unpack(move: Pass, { shape }: LayerPlan, from: Block, columns: number): Float32Array[] {
    const { cell, hiddenSize: H, numDirections: D } = shape;
    const size = NUM_GATES[cell] * H * columns;
    move.use(ARG.from, from);
    if (D === 1 && cell !== "gru") {
      const gradient = new Float32Array(size);
      move.use(ARG.to, gradient);
      move.run();
      return [gradient];
    }
    const together = this.pool.take(D * size);
    move.use(ARG.to, together);
    move.run();
    const gradients = Array.from({ length: D }, (_, d) => {
      const gradient = new Float32Array(size);
      readWeights(cell, H, columns, together.floats.subarray(d * size, (d + 1) * size), gradient);
      return gradient;
    });
    this.pool.give(together);
    return gradients;
  }
}

/**
 * Batch first, a step's rows lie a whole sequence apart, and wide ones get in each other's way in
 * the cache. So they are put side by side, step after step, and back: LSTM S4, inference, 209 ms
 * without and 170 with it. Narrow rows take longer to move than they save.
 */
function isTurned({ batchFirst, batch, seq, hiddenSize, directions }: RecurrentCall): boolean {
  return batchFirst && batch > 1 && seq > 1 && directions.length * hiddenSize >= 512;
}

/** [rows, columns, width] → [columns, rows, width] */
function swapFirstAxes(from: FloatArray, rows: number, columns: number, width: number) {
  const values = asFloat32(from);
  const to = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (row * columns + column) * width;
      to.set(values.subarray(at, at + width), (column * rows + row) * width);
    }
  }
  return to;
}

/** A step's multiplications with the weights of h, from which on a second thread pays: 0005. */
const FEWEST_PRODUCTS_OF_A_STEP = 1024 * 1024;

function paysOnThreads({ cell, batch, hiddenSize: H, seq }: RecurrentCall): boolean {
  return seq > 1 && batch * NUM_GATES[cell] * H * H >= FEWEST_PRODUCTS_OF_A_STEP;
}

/** What forward writes and backward reads. */
function useSaved(pass: Pass, { workspace, output, hN, cN }: SavedBlocks): void {
  pass.use(ARG.workspace, workspace);
  pass.use(ARG.y, output);
  pass.use(ARG.hN, hN);
  if (cN) pass.use(ARG.cN, cN);
}
