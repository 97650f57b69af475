/**
 * @file Several traces of a model at different sizes, laid on one another: the program that they
 * have in common, where every size and number knows how it differs from run to run.
 */

import type { Attributes } from "../../autograd/tape.ts";
import type { Traceable } from "../../autograd/trace.ts";
import { ArgumentError } from "../../core/errors.ts";
import type { Module } from "../../nn/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { axesOf, type Sizes } from "./sizes.ts";
import {
  traceRun,
  type Source,
  type Trace,
  type TracedBody,
  type TracedOperation,
  type TracedValue,
} from "./tracing.ts";

export interface ProgramValue {
  readonly shape: readonly Sizes[];
  readonly isFloat: boolean;
}

/** A value by its number, or a constant as it was in every run. */
export type ProgramSource = { readonly id: number } | { readonly constants: readonly Traceable[] };

export interface ProgramBody {
  readonly operations: readonly Operation[];
  readonly inputs: readonly number[];
  readonly outputs: readonly ProgramSource[];
}

export interface Operation {
  readonly name: string;
  readonly path: string;
  readonly inputs: readonly ProgramSource[];
  readonly outputs: readonly number[];
  /** In every run. */
  readonly attributes: readonly Attributes[];
  readonly bodies: readonly ProgramBody[];
}

export interface Program {
  readonly values: readonly ProgramValue[];
  /** The sizes of each dynamic axis, by its number. */
  readonly axes: readonly Sizes[];
  readonly inputs: readonly number[];
  readonly operations: readonly Operation[];
  readonly outputs: readonly ProgramSource[];
}

/** What a model's `forward` is run on, for the runs' sizes. */
export interface Run {
  readonly inputs: readonly Tensor[];
  readonly forward: () => readonly Tensor[];
}

/** The runs took different ways through the model, so that no one graph stands for all of them. */
export class DifferentWays extends ArgumentError {}

/** Traces every run. `axes` has the sizes of each dynamic axis. */
export function traceProgram(model: Module, runs: readonly Run[], axes: readonly Sizes[]): Program {
  const traces = runs.map(({ inputs, forward }) => traceRun(model, inputs, forward));
  return {
    values: merged(
      traces.map(({ values }) => values),
      mergedValue,
    ),
    axes,
    ...mergedBody(traces),
  };
}

function mergedValue(variants: TracedValue[]): ProgramValue {
  const [{ shape, isFloat }] = variants;
  if (variants.some((other) => other.shape.length !== shape.length)) {
    throw new DifferentWays("a value has more axes in another run");
  }
  return { shape: axesOf(variants.map((value) => value.shape)), isFloat };
}

function mergedBody(bodies: readonly (Trace | TracedBody)[]): ProgramBody {
  return {
    inputs: bodies[0].inputs,
    operations: merged(
      bodies.map(({ operations }) => operations),
      mergedOperation,
    ),
    outputs: merged(
      bodies.map(({ outputs }) => outputs),
      mergedSource,
    ),
  };
}

function mergedOperation(variants: TracedOperation[]): Operation {
  const [first] = variants;
  const other = variants.find(({ name, path }) => name !== first.name || path !== first.path);
  if (other) throw new DifferentWays(`${placeOf(first)} in one run, ${placeOf(other)} in another`);
  return {
    name: first.name,
    path: first.path,
    inputs: merged(
      variants.map(({ inputs }) => inputs),
      mergedSource,
    ),
    outputs: first.outputs,
    attributes: variants.map(({ attributes }) => attributes),
    bodies: merged(
      variants.map(({ bodies }) => bodies),
      mergedBody,
    ),
  };
}

function mergedSource(variants: Source[]): ProgramSource {
  const [first] = variants;
  const constants = variants.flatMap((source) => ("constant" in source ? [source.constant] : []));
  if (constants.length === variants.length) return { constants };
  if ("id" in first && variants.every((source) => "id" in source && source.id === first.id)) {
    return first;
  }
  throw new DifferentWays("a value comes from another place in another run");
}

/** Position by position, over all runs. */
function merged<T, U>(lists: readonly (readonly T[])[], merge: (variants: T[]) => U): U[] {
  const [first] = lists;
  const other = lists.find(({ length }) => length !== first.length);
  if (other) {
    throw new DifferentWays(`${first.length} operations in one run, ${other.length} in another`);
  }
  return first.map((_, i) => merge(lists.map((list) => list[i])));
}

/** `add in fc (Linear)` */
export function placeOf({ name, path }: { name: string; path: string }): string {
  return path ? `${name} in ${path}` : name;
}
