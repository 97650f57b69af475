/**
 * @file Where an exporter listens: while a tracer is set, every operation tells it what came out of
 * what, recorded for backward or not.
 *
 * Without one, which is nearly always, an operation pays for a comparison with null.
 */

import type { Tensor } from "../tensor/tensor.ts";
import type { Attributes } from "./tape.ts";

/** A tensor, or whole numbers that were read out of one, such as lengths. */
export type Traceable = Tensor | Int32Array;

export interface Tracer {
  operation(
    name: string,
    inputs: readonly Traceable[],
    outputs: readonly Tensor[],
    attributes: Attributes,
  ): void;
  /** The second holds the same numbers as the first. */
  same(source: Traceable, copy: Traceable): void;
}

let current: Tracer | null = null;

export function isTraced(): boolean {
  return current !== null;
}

/** Runs `body` with another tracer, or with none. */
export function withTracer<T>(other: Tracer | null, body: () => T): T {
  const before = current;
  current = other;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** Tells the tracer of an operation. */
export function trace(
  name: string,
  inputs: readonly Traceable[],
  outputs: readonly Tensor[],
  attributes: Attributes = {},
): void {
  current?.operation(name, inputs, outputs, attributes);
}

/** {@link trace} for an operation with one output, which comes back. */
export function traced(
  name: string,
  inputs: readonly Traceable[],
  output: Tensor,
  attributes?: Attributes,
): Tensor {
  trace(name, inputs, [output], attributes);
  return output;
}

/** Tells the tracer that `copy` has the numbers of `source`. */
export function traceSame<T extends Traceable>(source: Traceable, copy: T): T {
  current?.same(source, copy);
  return copy;
}

/** Runs `body` as one operation of the trace, whatever it is made of. */
export function traceAs(
  name: string,
  inputs: readonly Traceable[],
  body: () => Tensor,
  attributes?: Attributes,
): Tensor {
  return current === null ? body() : traced(name, inputs, withTracer(null, body), attributes);
}
