/**
 * @file The tape: every operation leaves a node that knows where its result came from.
 *
 * The tape and the tensor know each other: a tensor points to the node that made it, and a node to
 * the tensors it was made from. It is the only circle between folders.
 */

import { backend, type Backend } from "../backends/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { trace } from "./trace.ts";

/** What an operation was told besides its tensors: `{ axis: 1 }`. Kept for export and for reading. */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * From the gradients of the outputs to those of the inputs, in order. null: nothing flows that way.
 */
export type BackwardFunction = (gradOutputs: (Tensor | null)[]) => (Tensor | null)[];

export interface TapeNode {
  /** Rises with every node: an operation's inputs always have smaller numbers. */
  readonly id: number;
  readonly name: string;
  readonly attributes: Attributes;
  /** Empty once `backward()` has been through. */
  inputs: readonly Tensor[];
  readonly outputShapes: readonly (readonly number[])[];
  /** The engine that did the forward pass, and will do the backward pass. */
  readonly backend: Backend;
  /** null once `backward()` has been through: what it had kept is gone. */
  backward: BackwardFunction | null;
}

let nextId = 1;
let noGradDepth = 0;

export function isGradEnabled(): boolean {
  return noGradDepth === 0;
}

/**
 * Runs `body` without recording: for evaluation and generation. Faster, and keeps no history.
 *
 * Only what `body` does before its first `await` is covered.
 *
 * @example
 * const x = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => x.mul(2)).requiresGrad; // false
 */
export function noGrad<T>(body: () => T): T {
  noGradDepth++;
  try {
    return body();
  } finally {
    noGradDepth--;
  }
}

/** Whether an operation on these tensors must be recorded. */
export function needsRecord(inputs: readonly Tensor[]): boolean {
  return isGradEnabled() && inputs.some((input) => input.requiresGrad);
}

/** Records an operation with one output. `backward` gets its gradient. */
export function record(
  name: string,
  inputs: readonly Tensor[],
  output: Tensor,
  backward: (gradOutput: Tensor) => (Tensor | null)[],
  attributes: Attributes = {},
): Tensor {
  recordMany(name, inputs, [output], ([gradOutput]) => backward(gradOutput!), attributes);
  return output;
}

/** Records an operation with several outputs; those that nothing depends on get a null gradient. */
export function recordMany(
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  backward: BackwardFunction,
  attributes: Attributes = {},
): void {
  trace(name, inputs, outputs, attributes);
  if (!needsRecord(inputs)) return;
  const node: TapeNode = {
    id: nextId++,
    name,
    attributes,
    inputs,
    outputShapes: outputs.map((output) => output.shape),
    backend: backend(),
    backward,
  };
  outputs.forEach((output, index) => {
    output.requiresGrad = true;
    output.node = node;
    output.outputIndex = index;
  });
}
