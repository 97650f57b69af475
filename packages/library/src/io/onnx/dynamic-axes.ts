/**
 * @file Which axes of the inputs may have another size when the graph runs, and the inputs that show
 * what follows from it.
 */

import { ArgumentError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { NamedTensor } from "./named-tensors.ts";
import type { Sizes } from "./sizes.ts";

/** Axes by the inputs' names: `{ input: { 0: "batch", 1: "seq" } }`. Equal names, equal sizes. */
export type DynamicAxes = Readonly<Record<string, Readonly<Record<number, string>>>>;

/** Plans to try in turn, from the most dynamic to none. */
export function* plansFor(
  [first, ...others]: readonly NamedTensor[],
  batchFirst: boolean,
): IterableIterator<DynamicAxes> {
  const { rank, shape } = first.tensor;
  const words = batchFirst || rank === 1 ? ["batch", "seq"] : ["seq", "batch"];
  const names = [...words, "features"];
  for (const axes of axesToTry(rank)) {
    const sizes = axes.map((axis): [name: string, size: number] => [names[axis], shape[axis]]);
    const own = Object.fromEntries(axes.map((axis) => [axis, names[axis]]));
    for (const rest of joined(others, sizes)) yield { [first.name]: own, ...rest };
  }
  yield {};
}

/** [batch, seq, features], or [batch, channels, seq] as convolutions have it. */
function axesToTry(rank: number): readonly (readonly number[])[] {
  if (rank === 0) return [];
  if (rank === 1) return [[0]];
  return rank === 2 ? [[0, 1], [0], [1]] : [[0, 1, 2], [0, 1], [0, 2], [0], [1], [2]];
}

/** Every way in which the other inputs might share the axes: those of one rank in the same way. */
function* joined(
  inputs: readonly NamedTensor[],
  sizes: readonly [name: string, size: number][],
): IterableIterator<DynamicAxes> {
  const [first, ...others] = inputs;
  if (!first) {
    yield {};
    return;
  }
  const isAlike = ({ tensor }: NamedTensor) => tensor.rank === first.tensor.rank;
  const alike = inputs.filter(isAlike);
  for (const own of waysOf(alike, sizes)) {
    const theirs = Object.fromEntries(alike.map(({ name }) => [name, own]));
    for (const rest of joined(
      others.filter((other) => !isAlike(other)),
      sizes,
    )) {
      yield { ...theirs, ...rest };
    }
  }
}

/** One axis or none for each name; those of states are [layers, batch, features]. */
function* waysOf(
  inputs: readonly NamedTensor[],
  [first, ...others]: readonly [name: string, size: number][],
): IterableIterator<Record<number, string>> {
  if (!first) {
    yield {};
    return;
  }
  const [name, size] = first;
  const { rank } = inputs[0].tensor;
  const axes = rank === 3 ? [1, 0, 2] : Array.from({ length: rank }, (_, axis) => axis);
  const fitting = axes.filter((axis) => inputs.every(({ tensor }) => tensor.shape[axis] === size));
  for (const axis of [...fitting, null]) {
    for (const rest of waysOf(inputs, others)) {
      if (axis === null) yield rest;
      else if (!(axis in rest)) yield { ...rest, [axis]: name };
    }
  }
}

export interface DynamicInputs {
  readonly names: readonly string[];
  /** For each name, its size in every run. */
  readonly sizes: readonly Sizes[];
  /** For each name, an input and an axis that has it. */
  readonly places: readonly { input: string; axis: number }[];
  /** For each run, the inputs. */
  readonly runs: readonly (readonly Tensor[])[];
}

/**
 * The example itself, and the same with other sizes: each dynamic axis longer twice over, then all.
 *
 * @throws ArgumentError if a plan names an input or axis that is not there, or one size for two
 */
export function dynamicInputs(inputs: readonly NamedTensor[], plan: DynamicAxes): DynamicInputs {
  const base = new Map<string, number>();
  const places: { input: string; axis: number }[] = [];
  for (const [input, axes] of Object.entries(plan)) {
    const shape = inputs.find(({ name }) => name === input)?.tensor.shape;
    for (const [key, name] of Object.entries(axes)) {
      const axis = Number(key);
      if (!shape || !(axis in shape)) {
        throw new ArgumentError(
          `exportOnnx: dynamicAxes: expected inputs by name, ${inputs.map((one) => one.name).join(", ")}, and axes that they have, got axis ${key} of ${input}.`,
        );
      }
      const size = base.get(name);
      if (size !== undefined && size !== shape[axis]) {
        throw new ArgumentError(
          `exportOnnx: dynamicAxes: ${JSON.stringify(name)} is ${size} in one place and ${shape[axis]} at axis ${axis} of ${input}. Axes of one name have one size.`,
        );
      }
      if (size === undefined) places.push({ input, axis });
      base.set(name, shape[axis]);
    }
  }
  const names = [...base.keys()];
  const start = [...base.values()];
  const grown = (by: (axis: number) => number) => start.map((size, axis) => size + by(axis));
  const allSizes = [
    start,
    ...names.flatMap((_, i) =>
      [1, 2].map((times) => grown((axis) => (axis === i ? growth(axis, times) : 0))),
    ),
    // Without any, the same sizes once more, with the numbers in another order.
    grown((axis) => growth(axis, 1)),
  ];
  return {
    names,
    sizes: names.map((_, axis) => allSizes.map((sizes) => sizes[axis])),
    places,
    runs: allSizes.map((sizes, run) =>
      inputs.map(({ name, tensor }) => {
        const wanted = tensor.shape.map((size, axis) => {
          const symbol = plan[name]?.[axis];
          return symbol === undefined ? size : sizes[names.indexOf(symbol)];
        });
        return run === 0 ? tensor : repeatedTo(tensor, wanted, run);
      }),
    ),
  };
}

/** Uneven, so that what depends on a size is not like it by accident. */
function growth(axis: number, times: number): number {
  return times === 1 ? axis + 2 : 2 * axis + 5;
}

/** The numbers of `t` over and over, beginning `shift` further along every axis. */
function repeatedTo(t: Tensor, shape: readonly number[], shift: number): Tensor {
  const source = t.storage.array;
  const out = new (source.constructor as new (length: number) => typeof source)(sizeOf(shape));
  for (let i = 0; i < out.length; i++) {
    let rest = i;
    let from = 0;
    for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
      const index = (rest % shape[axis]) + shift;
      rest = Math.floor(rest / shape[axis]);
      from += (index % t.shape[axis]) * stride;
      stride *= t.shape[axis];
    }
    out[i] = source[from];
  }
  return new Tensor(out, shape);
}
