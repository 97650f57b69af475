/**
 * @file Which models can be streamed, and how they lay out time.
 */

import { ArgumentError } from "../core/errors.ts";
import { checkCausal, visited } from "../nn/carried-state.ts";
import type { Module } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Stream } from "./stream.ts";

/** A module from one tensor to one tensor, or to a tuple whose first is the output. */
export interface StreamableModel extends Module {
  forward(input: Tensor): Tensor | readonly [output: Tensor, ...others: unknown[]];
}

export interface StreamOptions {
  /**
   * `true`: the model takes [batch, seq, …]; `false`: [seq, batch, …]. Default: as its recurrent
   * layers have it; `true` where it has none.
   */
  batchFirst?: boolean;
}

/**
 * Step-by-step inference with any model: its recurrent layers go on from where the step before left
 * them, so that the steps together give what the whole sequence gives at once.
 *
 * The model may be a recurrent layer, or any module whose `forward` takes a sequence and gives its
 * layers no states. Nothing is recorded for `backward`. Several streams over one model do not
 * disturb each other; each uses the parameters that the model has at the time.
 *
 * A `forward` that mixes time steps by operations of its own, such as `output.mean(1)`, sees only
 * the step at hand; so does a loop over a cell.
 *
 * @throws ArgumentError naming the first layer that needs the whole sequence, or the batch: one that
 *   is bidirectional, pools over time, or drops or normalises as in training
 *
 * @example
 * class Tagger extends nn.Module {
 *   readonly gru = new nn.GRU(3, 5, { batchFirst: true });
 *   readonly head = new nn.Linear(5, 2);
 *   forward(x: Tensor): Tensor {
 *     return this.head.forward(this.gru.forward(x)[0]); // [batch, seq, 2]
 *   }
 * }
 * const stream = createStream(new Tagger().eval());
 * stream.step(randn([1, 3])).shape; // [1, 2]
 * const bytes = stream.state(); //     keep them, send them
 * stream.restore(bytes).step(randn([1, 3])).shape; // [1, 2]
 */
export function createStream(model: StreamableModel, options: StreamOptions = {}): Stream {
  const check = () => checkCausal("createStream", model);
  check();
  const timeAxis = (options.batchFirst ?? layoutOf(model)) ? 1 : 0;
  return new Stream(model, timeAxis, check);
}

function layoutOf(model: Module): boolean {
  const found: [path: string, batchFirst: boolean][] = [];
  for (const [path, module] of visited(model)) {
    if (!("batchFirst" in module)) continue;
    found.push([path, module.batchFirst as boolean]);
  }
  const other = found.find(([, batchFirst]) => batchFirst !== found[0][1]);
  if (other) {
    throw new ArgumentError(
      `createStream: ${found[0][0]} and ${other[0]} differ in batchFirst. Say how the model itself takes its input: { batchFirst: true } for [batch, seq, …].`,
    );
  }
  return found[0]?.[1] ?? true;
}
