/**
 * @file One sequence (or a batch of them) on its way through a model, step by step.
 */

import { noGrad } from "../autograd/tape.ts";
import { ArgumentError, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { CarriedStates } from "../nn/carried-state.ts";
import { cat } from "../tensor/ops/indexing.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { StreamableModel } from "./create-stream.ts";
import { decodeState, encodeState } from "./stream-state.ts";

/** Made by {@link createStream}. */
export class Stream {
  readonly #model: StreamableModel;
  readonly #timeAxis: number;
  readonly #checkCausal: () => void;
  #training: boolean;
  #states = new CarriedStates();
  /** The input's shape without time: that of a step. null before the first. */
  #frame: readonly number[] | null = null;
  /** Whether the model's output has a time axis; null before the first step. */
  #givesTime: boolean | null = null;

  /** @internal */
  constructor(model: StreamableModel, timeAxis: number, checkCausal: () => void) {
    this.#model = model;
    this.#timeAxis = timeAxis;
    this.#checkCausal = checkCausal;
    this.#training = model.training;
  }

  /**
   * Reads one step, the model's input without its time axis: [batch, features], or ids [batch].
   *
   * @returns what the model gives for it: [batch, …], without a time axis
   * @throws ShapeError if the step is not shaped like the one before
   */
  step(x: Tensor): Tensor {
    if (x.rank < this.#timeAxis) {
      throw new ShapeError(
        `stream.step: expected one step [batch, …] with an axis for the batch, got ${formatShape(x.shape)}.`,
      );
    }
    const input = x.unsqueeze(this.#timeAxis);
    const output = this.#advance("step", input);
    this.#givesTime ??= this.#hasTime(input, output);
    return this.#givesTime ? output.squeeze(this.#timeAxis) : output;
  }

  /**
   * Reads several steps at once: the model's input as it is, [batch, seq, …] or [seq, batch, …].
   *
   * @returns what the model gives for it
   * @throws ShapeError if the steps are not shaped like the one before
   */
  push(x: Tensor): Tensor {
    return this.#advance("push", x);
  }

  /** Forgets what was read: the next step begins a new sequence. */
  reset(): this {
    this.#states = new CarriedStates();
    this.#frame = null;
    return this;
  }

  /**
   * What was read so far, as the layers carry it: bytes to be kept, or sent to another process that
   * has the same model. A safetensors file, with sizes and a format version in its header.
   */
  state(): Uint8Array {
    return encodeState(this.#model, this.#states, this.#frame);
  }

  /**
   * Goes on from where {@link state} was taken, in this stream or another.
   *
   * @throws FormatError if the bytes are cut off, no stream's state, or another model's; nothing has
   *   changed then
   */
  restore(bytes: Uint8Array): this {
    ({ states: this.#states, frame: this.#frame } = decodeState(this.#model, bytes));
    return this;
  }

  #advance(method: "step" | "push", input: Tensor): Tensor {
    this.#checkFrame(method, input);
    if (this.#model.training !== this.#training) {
      this.#checkCausal();
      this.#training = this.#model.training;
    }
    const output = this.#run(this.#states, input);
    this.#frame ??= withoutAxis(input.shape, this.#timeAxis);
    return output;
  }

  #run(states: CarriedStates, input: Tensor): Tensor {
    const given: unknown = noGrad(() => states.step(() => this.#model.forward(input)));
    const output: unknown = Array.isArray(given) ? given[0] : given;
    if (output instanceof Tensor) return output;
    throw new ArgumentError(
      `stream: expected ${this.#model.constructor.name}.forward to give a tensor, or a tuple that begins with one, got ${typeof output}.`,
    );
  }

  #checkFrame(method: string, { shape }: Tensor): void {
    const frame = this.#frame;
    if (frame === null) return;
    const axis = this.#timeAxis;
    let fits = shape.length === frame.length + 1;
    for (let i = 0; fits && i < frame.length; i++) fits = shape[i < axis ? i : i + 1] === frame[i];
    if (fits) return;
    throw new ShapeError(
      `stream.${method}: expected steps ${formatShape(frame)} as before, got ${formatShape(withoutAxis(shape, axis))}. reset() begins a new sequence; a batch of another size needs a stream of its own.`,
    );
  }

  /**
   * An axis of size 1 where time would be may be something else: [batch, 1] is also the output of a
   * model that says one number. Two steps tell: time would have become 2.
   */
  #hasTime(input: Tensor, output: Tensor): boolean {
    const axis = this.#timeAxis;
    if (output.shape[axis] !== 1) return false;
    const twoSteps = this.#run(new CarriedStates(), cat([input, input], axis));
    const expected = output.shape.map((size, i) => (i === axis ? 2 : size));
    return sameShape(twoSteps.shape, expected);
  }
}

function withoutAxis(shape: readonly number[], axis: number): number[] {
  return shape.filter((_, i) => i !== axis);
}
