/**
 * @file One run of a model, written down: which operations made its outputs of its inputs, in which
 * module. What does not depend on the inputs is not an operation here but a constant, with the
 * numbers that it had: parameters, masks of zeros, sums of weights.
 *
 * Recurrent layers are one operation each. A layer that goes step by step (`nn.Recurrent` of any
 * cell, or a cell that has no operator in ONNX) is one too, with the operations of a single step
 * inside: a loop over time, whatever the number of steps.
 */

import type { Attributes } from "../../autograd/tape.ts";
import { withTracer, type Traceable, type Tracer } from "../../autograd/trace.ts";
import { isMinimal } from "../../backends/index.ts";
import { isFloat } from "../../core/dtype.ts";
import type { Module } from "../../nn/module.ts";
import type { FusedCall } from "../../nn/recurrent/fused-call.ts";
import { withObserver, type Observer } from "../../nn/recurrent/observer.ts";
import { recurrent } from "../../nn/recurrent/recurrent-op.ts";
import { runEveryStep, type StepsCall } from "../../nn/recurrent/run-steps.ts";
import type { LayerResult } from "../../nn/recurrent/stacked-layer.ts";
import { unroll } from "../../nn/recurrent/unrolled.ts";
import { zeros } from "../../tensor/creation.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** Something that depends on the inputs, by its number; or something that does not. */
export type Source = { readonly id: number } | { readonly constant: Traceable };

export interface TracedValue {
  readonly shape: readonly number[];
  readonly isFloat: boolean;
}

/** A step of a loop: which values stand for what it is given, and what it gives. */
export interface TracedBody {
  readonly operations: readonly TracedOperation[];
  /** x [batch, features], then the parts of the state. */
  readonly inputs: readonly number[];
  /** The parts of the state after the step; the first is the output too. */
  readonly outputs: readonly Source[];
}

export interface TracedOperation {
  readonly name: string;
  /** Where it happened: the path of the module, and its class. */
  readonly path: string;
  readonly inputs: readonly Source[];
  readonly outputs: readonly number[];
  readonly attributes: Attributes;
  readonly bodies: readonly TracedBody[];
}

export interface Trace {
  /** By number. */
  readonly values: readonly TracedValue[];
  readonly inputs: readonly number[];
  readonly operations: readonly TracedOperation[];
  readonly outputs: readonly Source[];
}

/** Runs `forward` and writes down what happens to `inputs` on the way to what it returns. */
export function traceRun(
  model: Module,
  inputs: readonly Tensor[],
  forward: () => readonly Tensor[],
): Trace {
  const recorder = new Recorder();
  const ids = inputs.map((input) => recorder.add(input));
  const restore = followModules(model, recorder.path);
  try {
    const outputs = recorder.follow(forward).map((output) => recorder.sourceOf(output));
    return { values: recorder.values, inputs: ids, operations: recorder.operations, outputs };
  } finally {
    restore();
  }
}

/** Runs `body` as under a tracer that notes nothing: a model may do more where it is followed. */
export function asIfTraced<T>(body: () => T): T {
  return withTracer({ operation: () => undefined, same: () => undefined }, body);
}

class Recorder implements Tracer, Observer {
  readonly values: TracedValue[] = [];
  operations: TracedOperation[] = [];
  /** The modules whose `forward` is running, outermost first. */
  readonly path: string[] = [];
  readonly #ids = new Map<Traceable, number>();

  follow<T>(body: () => T): T {
    return withTracer(this, () => withObserver(this, body));
  }

  add(value: Traceable): number {
    const id = this.values.length;
    const isInt = value instanceof Int32Array || !isFloat(value.storage.brief);
    const shape = value instanceof Int32Array ? [value.length] : value.shape;
    this.values.push({ shape, isFloat: !isInt });
    this.#ids.set(value, id);
    return id;
  }

  sourceOf(value: Traceable): Source {
    const id = this.#ids.get(value);
    return id === undefined ? { constant: value } : { id };
  }

  operation(
    name: string,
    inputs: readonly Traceable[],
    outputs: readonly Tensor[],
    attributes: Attributes,
    bodies: readonly TracedBody[] = [],
  ): void {
    const { lengths } = attributes;
    const all = lengths instanceof Int32Array ? [...inputs, lengths] : inputs;
    if (!all.some((input) => this.#ids.has(input))) return;
    this.operations.push({
      name,
      path: this.path.at(-1) ?? "",
      inputs: all.map((input) => this.sourceOf(input)),
      outputs: outputs.map((output) => this.add(output)),
      attributes: { ...attributes, lengths: lengths instanceof Int32Array },
      bodies,
    });
  }

  same(source: Traceable, copy: Traceable): void {
    const id = this.#ids.get(source);
    if (id !== undefined) this.#ids.set(copy, id);
  }

  unroll(call: FusedCall): LayerResult {
    const { x, states, directions, options } = call;
    if (isMinimal(options.cell) || options.projSize > 0) return unroll(call);
    const [h0, c0 = null] = states;
    const { output, hN, cN } = withTracer(null, () => recurrent(x, h0, c0, directions, options));
    const after = cN ? [hN, cN] : [hN];
    const given = states.filter((state) => state !== null);
    this.operation("recurrent", [x, ...given], [output, ...after], {
      ...options,
      directions,
      numStates: given.length,
    });
    return { output, states: after };
  }

  /** The layer's own loop gives the numbers; one step of each direction gives the operations. */
  run(call: StepsCall): LayerResult {
    const { x, states, batchFirst, lengths, sizes } = call;
    const result = withTracer(null, () => withObserver(null, () => runEveryStep(call)));
    const given = states.filter((state) => state !== null);
    const batch = x.shape[batchFirst ? 0 : 1];
    const bodies = call.directions.map((step, direction) =>
      this.#body(
        withTracer(null, () => [
          x.select(batchFirst ? 1 : 0, 0),
          ...states.map((state, i) =>
            state ? state.select(0, direction) : zeros([batch, sizes[i]]),
          ),
        ]),
        ([first, ...before]) => step(first, before),
      ),
    );
    this.operation(
      "loop",
      [x, ...given],
      [result.output, ...result.states],
      { batchFirst, lengths, sizes, given: states.map((state) => state !== null) },
      bodies,
    );
    return result;
  }

  #body(inputs: Tensor[], step: (inputs: Tensor[]) => readonly Tensor[]): TracedBody {
    const outer = this.operations;
    this.operations = [];
    try {
      const ids = inputs.map((input) => this.add(input));
      const outputs = step(inputs).map((output) => this.sourceOf(output));
      return { operations: this.operations, inputs: ids, outputs };
    } finally {
      this.operations = outer;
    }
  }

  // ── What an observer is shown, and leaves as it is ────────────────────────────────────────────

  begin(
    _place: unknown,
    step: (x: Tensor, state: Tensor[]) => Tensor[],
    _: unknown,
    before: Tensor[],
  ) {
    return { before, step: (_t: number, x: Tensor, state: Tensor[]) => step(x, state) };
  }
  product({ sum }: { sum: Tensor }): Tensor {
    return sum;
  }
  gate(): void {
    // Nothing to note.
  }
  cell(c: Tensor): Tensor {
    return c;
  }
}

/** Keeps `path` at the module whose `forward` runs. Returns what undoes it. */
function followModules(model: Module, path: string[]): () => void {
  const followed = new Map<Module, PropertyDescriptor | undefined>();
  for (const [name, module] of model.namedModules()) {
    if (followed.has(module) || !hasForward(module)) continue;
    followed.set(module, Object.getOwnPropertyDescriptor(module, "forward"));
    const forward = module.forward.bind(module);
    const kind = module.constructor.name;
    Object.defineProperty(module, "forward", {
      configurable: true,
      value: (...args: unknown[]) => {
        path.push(name ? `${name} (${kind})` : kind);
        try {
          return forward(...args);
        } finally {
          path.pop();
        }
      },
    });
  }
  return () => {
    for (const [module, own] of followed) {
      if (own) Object.defineProperty(module, "forward", own);
      else delete (module as { forward?: unknown }).forward;
    }
  };
}

function hasForward(module: Module): module is Module & { forward(...args: unknown[]): unknown } {
  return "forward" in module && typeof module.forward === "function";
}
