/**
 * @file What recurrent layers hold at every step, as arrays to look at: states and gates.
 */

import { noGrad } from "../autograd/index.ts";
import { ArgumentError } from "../core/errors.ts";
import type { Module } from "../nn/index.ts";
import { Tensor } from "../tensor/index.ts";
import { inEvaluation } from "./untouched.ts";
import { type RecordedLayer, type RecordedStep, recordSteps } from "./recording.ts";

/** What a model is to read: its input, or a function that runs it, where it takes more. */
export type ModelInput = Tensor | (() => unknown);

/** A layer in one direction: where it stands, and what it read. */
export interface LayerPlace {
  /** As in the checkpoint's keys, without the parameter: `"lstm.l0"`, `"encoder.l1_reverse"`. */
  name: string;
  module: Module;
  layer: number;
  direction: "forward" | "reverse";
  /** [batch], the true length of each sequence. */
  lengths: Int32Array;
}

/** One layer's states, [seq, batch, hiddenSize]; 0 past a sequence's end. */
export interface LayerStates extends LayerPlace {
  h: Tensor;
  /** The second part of the state, such as an LSTM's cell; null where there is none. */
  c: Tensor | null;
}

/** One layer's gates by letter, [seq, batch, hiddenSize]; 0 past a sequence's end. */
export interface LayerGates extends LayerPlace {
  /** After their function: between 0 and 1, and between −1 and 1 for what is written. */
  gates: Record<string, Tensor>;
  /** Before their function. */
  sums: Record<string, Tensor>;
}

/**
 * h at every step of every recurrent layer in a model, and c of an LSTM: not of the top layer alone,
 * which is what a layer's output has. The model runs in evaluation mode, without recording.
 *
 * @param input what `model.forward` takes, or a function that calls it, with `lengths` for instance
 * @returns for each layer and direction h and c, [seq, batch, hiddenSize], whatever the layout
 *
 * @throws ArgumentError if no recurrent layer ran
 *
 * @example
 * const lstm = new nn.LSTM(3, 5, { numLayers: 2, bidirectional: true });
 * const layers = hiddenStates(lstm, randn([7, 2, 3]));
 * layers.map(({ name }) => name); // ["l0", "l0_reverse", "l1", "l1_reverse"]
 * layers[0].c!.shape; // [7, 2, 5]
 */
export function hiddenStates(model: Module, input: ModelInput): LayerStates[] {
  return inspected("hiddenStates", model, input, (layer) => {
    const hasCell = layer.steps[0].state.length > 1;
    return {
      h: overTime(layer, ({ state }) => state[0]),
      c: hasCell ? overTime(layer, ({ state }) => state[1]) : null,
    };
  });
}

/**
 * Every gate at every step of every recurrent layer in a model: `i f g o` of an LSTM, `r z n` of a
 * GRU, `h` of a plain network, `u v` and `f i v` of minimal ones; before their function (`sums`) and
 * after it (`gates`). The model runs in evaluation mode, without recording.
 *
 * @throws ArgumentError if no recurrent layer ran
 *
 * @example
 * const [{ gates }] = recordGates(new nn.GRU(3, 5), randn([7, 2, 3]));
 * Object.keys(gates); // ["r", "z", "n"]
 * gates.z.shape; // [7, 2, 5]
 */
export function recordGates(model: Module, input: ModelInput): LayerGates[] {
  return inspected("recordGates", model, input, (layer) => {
    const names = Object.keys(layer.steps[0].gates);
    const collect = (part: "value" | "sum") =>
      Object.fromEntries(
        names.map((name) => [name, overTime(layer, ({ gates }) => gates[name][part])]),
      );
    return { gates: collect("value"), sums: collect("sum") };
  });
}

function inspected<T>(
  where: string,
  model: Module,
  input: ModelInput,
  look: (layer: RecordedLayer) => T,
): (LayerPlace & T)[] {
  const body = input instanceof Tensor ? () => forward(where, model, input) : input;
  const { layers } = inEvaluation(model, () => noGrad(() => recordSteps(model, body)));
  return layers.map((recorded) => ({ ...placeOf(recorded), ...look(recorded) }));
}

export function placeOf({ name, module, layer, direction, lengths }: RecordedLayer): LayerPlace {
  return { name, module, layer, direction, lengths };
}

/** What the model gives for an input. */
export function forward(where: string, model: Module, input: Tensor): unknown {
  if ("forward" in model && typeof model.forward === "function") {
    return (model as Module & { forward(input: Tensor): unknown }).forward(input);
  }
  throw new ArgumentError(
    `${where}: expected a model with forward(input), and ${model.constructor.name} has none. Give a function that runs it instead of its input.`,
  );
}

/** Something of every step, as one tensor [seq, batch, …] in the batch's order. */
export function overTime(layer: RecordedLayer, part: (step: RecordedStep) => Tensor): Tensor {
  const { steps, batch } = layer;
  const { dtype, shape } = part(steps[0]);
  const width = shape[1];
  const size = steps.length * batch * width;
  const array = dtype === "float64" ? new Float64Array(size) : new Float32Array(size);
  for (const [t, step] of steps.entries()) {
    const source = part(step).storage.array;
    for (const [row, b] of step.rows.entries()) {
      array.set(source.subarray(row * width, (row + 1) * width), (t * batch + b) * width);
    }
  }
  return new Tensor(array, [steps.length, batch, width]);
}
