/**
 * @file A model as an ONNX file, which other programs run without this library.
 */

import { noGrad } from "../../autograd/tape.ts";
import { ArgumentError } from "../../core/errors.ts";
import type { Storage } from "../../core/storage.ts";
import { CarriedStates, checkCausal } from "../../nn/carried-state.ts";
import type { Module } from "../../nn/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { dynamicInputs, plansFor, type DynamicAxes } from "./dynamic-axes.ts";
import { encodeModel, type Graph } from "./model-proto.ts";
import { mapTensors, namedTensors, type NamedTensor } from "./named-tensors.ts";
import { DifferentWays, traceProgram } from "./program.ts";
import { axesOf, sameSizes } from "./sizes.ts";
import { asIfTraced } from "./tracing.ts";
import { writeGraph } from "./write-graph.ts";

/** 17, of 2022: the first with LayerNormalization, and old enough for whatever runs today. */
const OPSET = 17;

/** Protocol Buffers' own limit for one message. */
const MOST_BYTES = 2 ** 31 - 1;

export interface OnnxOptions {
  /** Names of the inputs, in the order in which they stand in the example. */
  inputNames?: readonly string[];
  /** Names of the outputs, in the order in which `forward` returns them. */
  outputNames?: readonly string[];
  /**
   * Which axes may have other sizes than the example's, by the inputs' names, each with a name of its
   * own: `{ input: { 0: "batch", 1: "seq" } }`. `{}` fixes all. Default: batch and sequence, as far
   * as the model allows.
   */
  dynamicAxes?: DynamicAxes;
  /**
   * Make inputs and outputs of the states that layers carry in a stream (see {@link createStream}), so
   * that the graph can read a sequence piece by piece. Default: `false`.
   */
  carryStates?: boolean;
  /** Anything to go along, such as labels or a vocabulary: texts as they are, the rest as JSON. */
  metadata?: Readonly<Record<string, unknown>>;
}

/** A module whose `forward` can be followed. */
export interface ExportableModel extends Module {
  forward(...args: never[]): unknown;
}

/**
 * Writes a model as an ONNX file: opset 17, float32, ids as int64.
 *
 * - `exampleInput` what `forward` takes: a tensor, or a list of its arguments, in which tensors may be
 *   nested (`[x, [h0, c0], { lengths }]`). Every tensor becomes an input; what is no tensor stays as it
 *   is in the example. `lengths` become an input as a list of numbers, too.
 * - every tensor that `forward` returns, nested or not, becomes an output
 *
 * The model is run on the example, in evaluation mode, and what it does becomes the graph: any
 * `forward` will do that works on tensors. To see what depends on the sizes, it is run again on
 * longer inputs. Where that fails, or goes another way (a loop over the steps of an input), the axis
 * keeps the example's size; with `dynamicAxes` that is an error. A choice that depends on the numbers
 * of the input, such as an `if`, is an error or stays as it went for the example.
 *
 * Recurrent layers become LSTM, GRU and RNN; cells that ONNX does not know, and {@link Recurrent}, a
 * Scan over their step.
 *
 * Source: "Open Neural Network Exchange Intermediate Representation", and "ONNX Operators", onnx.ai;
 * the way it is done: torch.onnx.export
 *
 * @throws ArgumentError naming the operation and the module that cannot be exported, or what is wrong
 *   with an option
 *
 * @example
 * class Tagger extends nn.Module {
 *   readonly embedding = new nn.Embedding(30, 4);
 *   readonly gru = new nn.GRU(4, 5, { batchFirst: true });
 *   readonly head = new nn.Linear(5, 3);
 *   forward(ids: Tensor): Tensor {
 *     return this.head.forward(this.gru.forward(this.embedding.forward(ids))[0]);
 *   }
 * }
 * const bytes = exportOnnx(new Tagger(), tensor([[1, 2, 3]]).int(), {
 *   inputNames: ["ids"],
 *   outputNames: ["logits"],
 *   metadata: { labels: ["noun", "verb", "other"] },
 * });
 * bytes instanceof Uint8Array; // true
 */
export function exportOnnx(
  model: ExportableModel,
  exampleInput: Tensor | readonly unknown[],
  options: OnnxOptions = {},
): Uint8Array {
  const args = Array.isArray(exampleInput) ? exampleInput : [exampleInput];
  return exportFunction(
    model,
    namedTensors(args, "input"),
    (inputs) => {
      let next = 0;
      const filled = mapTensors(args, () => inputs[next++]) as never[];
      return model.forward(...filled);
    },
    options,
  );
}

/** {@link exportOnnx} of something else than `forward` that a model does. */
export function exportFunction(
  model: Module,
  inputs: readonly NamedTensor[],
  run: (inputs: readonly Tensor[]) => unknown,
  options: OnnxOptions = {},
): Uint8Array {
  const named = renamed("inputNames", inputs, options.inputNames);
  if (named.length === 0) {
    throw new ArgumentError(
      "exportOnnx: expected at least one tensor in the example input, got none.",
    );
  }
  const graph = inEvaluation(model, () =>
    options.carryStates ? carried(model, named, run, options) : plain(model, named, run, options),
  );
  const bytes = graph.initializers.reduce((sum, { values }) => sum + 8 * values.length, 0);
  if (bytes > 2 * MOST_BYTES) {
    throw new ArgumentError(
      `exportOnnx: the weights take more than ${MOST_BYTES} bytes, the most that one ONNX file holds.`,
    );
  }
  return encodeModel({ graph, opset: OPSET, metadata: texts(options.metadata ?? {}) });
}

/** A graph of what `run` gives. */
function plain(
  model: Module,
  inputs: readonly NamedTensor[],
  run: (inputs: readonly Tensor[]) => unknown,
  { outputNames, dynamicAxes }: OnnxOptions,
  plans: Iterable<DynamicAxes> = plansFor(inputs, isBatchFirst(model)),
): Graph {
  const outputsOf = (given: readonly Tensor[]) => namedTensors(run(given), "output");
  const first = asIfTraced(() => outputsOf(inputs.map(({ tensor }) => tensor)));
  const outputs = renamed("outputNames", first, outputNames).map(({ name }) => name);
  if (outputs.length === 0) {
    throw new ArgumentError(
      `exportOnnx: expected ${model.constructor.name} to return a tensor, or tensors in a list or object, got none.`,
    );
  }
  const attempt = (plan: DynamicAxes): Graph => {
    const { names, sizes, places, runs } = dynamicInputs(inputs, plan);
    const program = traceProgram(
      model,
      runs.map((given) => ({
        inputs: given,
        forward: () => outputsOf(given).map(({ tensor }) => tensor),
      })),
      sizes,
    );
    return writeGraph(program, {
      name: model.constructor.name,
      inputNames: inputs.map(({ name }) => name),
      outputNames: outputs,
      axisNames: names,
      places,
      keys: keysOf(model),
    });
  };
  if (dynamicAxes) return explained(() => attempt(dynamicAxes));
  let failure: unknown;
  for (const plan of plans) {
    try {
      return attempt(plan);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** The layers' states as inputs and outputs, by the layers' paths: `lstm.h`, and `lstm.h.next`. */
function carried(
  model: Module,
  inputs: readonly NamedTensor[],
  run: (inputs: readonly Tensor[]) => unknown,
  options: OnnxOptions,
): Graph {
  checkCausal("exportOnnx", model);
  const states = statesAfter(model, () => run(inputs.map(({ tensor }) => tensor)));
  if (states.length === 0) {
    throw new ArgumentError(
      "exportOnnx: carryStates: no layer of the model carries a state, so there is none to make an input of.",
    );
  }
  const step = (given: readonly Tensor[]) => {
    const memory = new CarriedStates();
    for (const [i, { layer, call, part }] of states.entries()) {
      memory.set(layer, call, { ...memory.get(layer, call), [part]: given[inputs.length + i] });
    }
    const result = memory.step(() => run(given.slice(0, inputs.length)));
    const after = states.map(
      ({ layer, call, part, name }) => [`${name}.next`, memory.get(layer, call)![part]] as const,
    );
    return [result, Object.fromEntries(after)] as const;
  };

  /** A state's axes follow those of the inputs that change its shape. */
  const withStates = (plan: DynamicAxes): DynamicAxes => {
    const { names, sizes, runs } = dynamicInputs(inputs, plan);
    const inEveryRun = runs.map((given) => statesAfter(model, () => run(given)));
    const own = states.map(({ name }, i) => {
      const shape = axesOf(inEveryRun.map((all) => all[i].tensor.shape));
      const axes: Record<number, string> = {};
      for (const [axis, one] of shape.entries()) {
        const found = names.find((_, at) => sameSizes(sizes[at], one));
        if (found !== undefined) axes[axis] = found;
      }
      return [name, axes] as const;
    });
    return { ...plan, ...Object.fromEntries(own) };
  };
  const { dynamicAxes } = options;
  const plans = function* () {
    for (const plan of plansFor(inputs, isBatchFirst(model))) {
      try {
        yield withStates(plan);
      } catch {
        // The model does not take these sizes: the next plan asks for less.
      }
    }
  };
  return plain(
    model,
    [...inputs, ...states],
    step,
    { ...options, dynamicAxes: dynamicAxes && withStates(dynamicAxes) },
    plans(),
  );
}

interface LayerState extends NamedTensor {
  readonly layer: Module;
  readonly call: number;
  readonly part: string;
}

/** What the layers carry after `run`, from the beginning of a sequence. */
function statesAfter(model: Module, run: () => unknown): LayerState[] {
  const memory = new CarriedStates();
  const paths = new Map(Array.from(model.namedModules(), ([path, module]) => [module, path]));
  memory.step(run);
  return [...memory.entries()].flatMap(([layer, call, state]) =>
    Object.entries(state).map(([part, tensor]) => {
      const words = [paths.get(layer) ?? "", ...(call > 0 ? [String(call)] : []), part];
      return { layer, call, part, tensor, name: words.filter(Boolean).join(".") };
    }),
  );
}

/** Without dropout and gradients; every module is as it was afterwards. */
function inEvaluation<T>(model: Module, body: () => T): T {
  const modes = Array.from(
    model.namedModules(),
    ([, module]) => [module, module.training] as const,
  );
  model.eval();
  try {
    return noGrad(body);
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

/** What it means that runs differ, for whoever has asked for just these axes. */
function explained<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof DifferentWays)) throw error;
    throw new ArgumentError(
      `exportOnnx: the model goes another way for other sizes (${error.message}). A loop over the steps of an input can only be exported for one number of them: leave that axis out of dynamicAxes. Or use a layer, or nn.Recurrent of the cell, which loop in the graph.`,
    );
  }
}

/** As the first layer that says so has it; true where none does. */
function isBatchFirst(model: Module): boolean {
  for (const [, module] of model.namedModules()) {
    if ("batchFirst" in module) return module.batchFirst === true;
  }
  return true;
}

function keysOf(model: Module): Map<Storage, string> {
  const keys = new Map<Storage, string>();
  for (const [key, { storage }] of Object.entries(model.stateDict())) {
    if (!keys.has(storage)) keys.set(storage, key);
  }
  return keys;
}

function renamed(
  option: "inputNames" | "outputNames",
  tensors: readonly NamedTensor[],
  names: readonly string[] | undefined,
): readonly NamedTensor[] {
  if (!names) return tensors;
  if (names.length > tensors.length || new Set(names).size < names.length) {
    throw new ArgumentError(
      `exportOnnx: expected at most ${tensors.length} different ${option}, for ${tensors.map(({ name }) => name).join(", ")}, got ${names.join(", ")}.`,
    );
  }
  return tensors.map(({ name, tensor }, i) => ({ name: names[i] ?? name, tensor }));
}

function texts(metadata: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
