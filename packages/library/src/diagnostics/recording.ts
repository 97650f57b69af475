/**
 * @file What recurrent layers do at every step, noted while a model runs.
 */

import { ArgumentError } from "../core/errors.ts";
import { sameNumbers } from "../nn/carried-state.ts";
import type { Module } from "../nn/index.ts";
import {
  type GateKind,
  type ObservedProduct,
  type Place,
  type Step,
  withObserver,
} from "../nn/recurrent/observer.ts";
import type { TimeSteps } from "../nn/recurrent/time-steps.ts";
import type { Tensor } from "../tensor/index.ts";
import { type RunNotes, withWatcher } from "./observation.ts";
import { watched } from "./watched.ts";

/** A gate, or what is written, [running, hiddenSize]: before and after its function. */
export interface RecordedGate {
  readonly kind: GateKind;
  readonly sum: Tensor;
  readonly value: Tensor;
}

/**
 * One step of one layer in one direction. Its tensors have a row for each sequence that runs at that
 * time, and `rows` says which of the batch it is. Those of `state` keep their gradients: after
 * `backward()` their `grad` is the total derivative, through this step and all that follow.
 */
export interface RecordedStep {
  readonly rows: Int32Array;
  readonly x: Tensor;
  readonly before: readonly Tensor[];
  /** After the step: h, and an LSTM's c. */
  readonly state: Tensor[];
  /** By letter: `i f g o`, `r z n`, a plain network's `h`; `u v` and `f i v` of minimal ones. */
  readonly gates: Record<string, RecordedGate>;
  /** The products with weights; the gradients of their sums are kept as well. */
  readonly products: ObservedProduct[];
}

/** One layer in one direction, over all steps of the sequences that it read. */
export interface RecordedLayer {
  /** As in the checkpoint's keys, without the parameter: `"lstm.l0"`, `"encoder.l1_reverse"`. */
  readonly name: string;
  readonly module: Module;
  readonly layer: number;
  readonly direction: "forward" | "reverse";
  readonly batch: number;
  /** Of each sequence of the batch, in its order. */
  readonly lengths: Int32Array;
  /** [batch, …], in the order of `order`: h, and an LSTM's c, before the first step. */
  readonly initial: readonly Tensor[];
  /** Which sequence of the batch is in which row of `initial`. */
  readonly order: Int32Array;
  /** In the order of time, in both directions. */
  readonly steps: RecordedStep[];
  /** The step as a function, without notes: x [batch, …] and a state give the next state. */
  readonly step: Step;
}

export interface Recording<T> {
  /** What the body returned. */
  readonly result: T;
  readonly layers: readonly RecordedLayer[];
}

/**
 * Runs `body`, and notes every step of every recurrent layer in `model`: states with their gradients,
 * gates before and after their function. Layers then go step by step through the tape instead of
 * being one fused node: the same numbers and gradients, several times as slow.
 *
 * Layers come in the order in which they ran. A layer that is given one step after another, and its
 * own state back, counts as one sequence; one that runs over several, once for each.
 *
 * Fused layers, {@link Recurrent} of any cell, and models made of them are seen; a cell that the model
 * calls by itself is not.
 *
 * @throws ArgumentError if no recurrent layer of the model ran
 *
 * @example
 * const lstm = new nn.LSTM(3, 4);
 * const { result, layers } = recordSteps(lstm, () => lstm.forward(randn([7, 2, 3]))[0].sum());
 * result.backward();
 * const { name, steps } = layers[0];
 * name; // "l0"
 * steps[0].state[1].grad!.shape; // [2, 4]
 * Object.keys(steps[0].gates); // ["i", "f", "g", "o"]
 */
export function recordSteps<T>(model: Module, body: () => T): Recording<T> {
  const paths = new Map<Module, string>();
  for (const [path, module] of model.namedModules()) paths.set(module, path);
  const layers: LayerNotes[] = [];

  const watch = (place: Place, step: Step, steps: TimeSteps, before: Tensor[]) => {
    const path = paths.get(place.module);
    if (path === undefined) return null;
    const notes = new LayerNotes(path, place, step, steps);
    const last = layers.findLast((other) => other.name === notes.name);
    if (last?.isContinuedBy(notes, before)) return last.extendedBy(notes);
    layers.push(notes);
    return notes;
  };
  const result = withWatcher({ changes: false, watch }, body);

  if (layers.length === 0) {
    throw new ArgumentError(
      `recordSteps: no recurrent layer of ${model.constructor.name} ran. Is it called inside the function given? Cells that a model calls by itself are not seen: put them into nn.Recurrent.`,
    );
  }
  return { result, layers };
}

/** One layer's notes, as they are taken. */
class LayerNotes implements RunNotes, RecordedLayer {
  readonly name: string;
  readonly module: Module;
  readonly layer: number;
  readonly direction: "forward" | "reverse";
  readonly batch: number;
  readonly lengths: Int32Array;
  readonly order: Int32Array;
  readonly steps: RecordedStep[] = [];
  readonly step: Step;
  initial: readonly Tensor[] = [];
  #current!: RecordedStep;
  /** Where in `steps` the call's first step stands. */
  #offset = 0;

  constructor(path: string, { module, layer, direction }: Place, step: Step, steps: TimeSteps) {
    const own = `l${layer}${direction === 1 ? "_reverse" : ""}`;
    this.name = path ? `${path}.${own}` : own;
    this.module = module;
    this.layer = layer;
    this.direction = direction === 1 ? "reverse" : "forward";
    this.batch = steps.batch;
    this.order = steps.rows;
    this.lengths = new Int32Array(steps.batch);
    for (const { shape } of steps.inputs) {
      for (let row = 0; row < shape[0]; row++) this.lengths[this.order[row]]++;
    }
    // Weights that are dropped differ from call to call; the last ones' step is as good as another.
    this.step = (x, state) => withObserver(null, () => step(x, state));
  }

  /** Whether another call of the layer starts with the state that this one ended in. */
  isContinuedBy(other: LayerNotes, before: readonly Tensor[]): boolean {
    if (this.direction === "reverse" || this.batch !== other.batch) return false;
    const seq = this.steps.length;
    if (seq === 0 || this.lengths.some((length) => length !== seq)) return false;
    const shortest = Math.min(...other.lengths);
    if (other.lengths.some((length) => length !== shortest)) return false;
    return this.steps[seq - 1].state.every((part, i) => sameNumbers(part, before[i]));
  }

  /** Goes on with a call that begins where this one ended. */
  extendedBy(other: LayerNotes): this {
    this.#offset = this.steps.length;
    other.lengths.forEach((length, b) => (this.lengths[b] += length));
    return this;
  }

  begin(before: Tensor[]): Tensor[] {
    const initial = before.map(watched);
    if (this.#offset === 0) this.initial = initial;
    return initial;
  }

  stepBegins(t: number, x: Tensor, before: Tensor[]): void {
    const rows = this.order.subarray(0, x.shape[0]);
    this.#current = { rows, x, before, state: [], gates: {}, products: [] };
    this.steps[this.#offset + t] = this.#current;
  }

  product(product: ObservedProduct): Tensor {
    const sum = watched(product.sum);
    this.#current.products.push({ ...product, sum });
    return sum;
  }

  gate(name: string, kind: GateKind, sum: Tensor, value: Tensor): void {
    const { gates } = this.#current;
    let key = name;
    for (let n = 2; key in gates; n++) key = `${name}${n}`; // A cell made of several cells.
    gates[key] = { kind, sum, value };
  }

  state(part: number, value: Tensor): Tensor {
    return (this.#current.state[part] = watched(value));
  }
}
