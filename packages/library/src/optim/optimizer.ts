/**
 * @file What all optimizers share: groups of parameters, the state kept for each, and saving both.
 */

import type { FloatArray } from "../core/dtype.ts";
import { ArgumentError, formatShape, UnrolledError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import type { Parameter, StateDict } from "../nn/module.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkPositive } from "./checks.ts";

export interface OptimizerOptions {
  /** The learning rate: how far a step goes. */
  lr: number;
}

/** Parameters that share settings. All of them may be changed between steps, `lr` above all. */
export type ParamGroup<Options extends OptimizerOptions = OptimizerOptions> = Options & {
  params: Parameter[];
  /** `lr` before the first scheduler changed it. */
  initialLr?: number;
};

/** Parameters, or groups of them with settings of their own. */
export type Params<Options extends OptimizerOptions = OptimizerOptions> =
  Iterable<Parameter> | Iterable<{ params: Iterable<Parameter> } & Partial<Options>>;

/** The settings of a group, and its parameters by their place among all: fits into JSON. */
export type GroupState = { params: number[] } & Record<string, number | boolean | number[]>;

/** All that a resumed run needs. The tensors are copies. */
export interface OptimizerStateDict {
  /**
   * By the parameter's place among all and PyTorch's name for what is kept: `0.exp_avg`, in the
   * parameter's own shape and precision; and `0.step`, int32, the number of its updates.
   */
  state: StateDict;
  groups: GroupState[];
}

/** What an optimizer remembers about one parameter. */
export class ParameterState {
  /** The number of updates, this one included. */
  step = 0;
  readonly arrays = new Map<string, FloatArray>();
  readonly #like: FloatArray;

  constructor(like: FloatArray) {
    this.#like = like;
  }

  /** The array of this name, as long and precise as the parameter; all `initial` at first. */
  array(name: string, initial = 0): FloatArray {
    let array = this.arrays.get(name);
    if (!array) {
      const { length } = this.#like;
      array =
        this.#like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
      if (initial !== 0) array.fill(initial);
      this.arrays.set(name, array);
    }
    return array;
  }
}

/**
 * The base of all optimizers.
 *
 * A parameter whose `grad` is null is left alone: `requiresGrad = false` freezes it.
 *
 * Source: https://pytorch.org/docs/stable/optim.html
 */
export abstract class Optimizer<Options extends OptimizerOptions = OptimizerOptions> {
  readonly paramGroups: ParamGroup<Options>[];
  readonly #states = new Map<Parameter, ParameterState>();

  constructor(params: Params<Options>, defaults: Options) {
    this.paramGroups = groupsOf(this.constructor.name, params, defaults);
    for (const group of this.paramGroups) {
      checkPositive(
        this.constructor.name,
        "lr",
        group.lr,
        group.lr === 0 ? " To freeze parameters, set their requiresGrad to false." : "",
      );
      this.checkOptions(group);
    }
  }

  /** Throws where a setting is outside what it may be. Called for each group, before the first step. */
  protected abstract checkOptions(options: Options): void;

  /** Moves one parameter. `state.step` has been counted up already. */
  protected abstract update(
    parameter: FloatArray,
    grad: FloatArray,
    state: ParameterState,
    options: Options,
  ): void;

  /** Moves every parameter that has a gradient. */
  step(): void {
    for (const group of this.paramGroups) {
      for (const parameter of group.params) {
        if (!parameter.grad) continue;
        const array = parameter.storage.array as FloatArray;
        const state = this.#stateOf(parameter);
        state.step++;
        this.update(array, parameter.grad.storage.array as FloatArray, state, group);
        parameter.storage.changed();
      }
    }
  }

  #stateOf(parameter: Parameter): ParameterState {
    let state = this.#states.get(parameter);
    if (!state) {
      state = new ParameterState(parameter.storage.array as FloatArray);
      this.#states.set(parameter, state);
    }
    return state;
  }

  /** Forgets the gradients of all parameters: `backward()` adds to what is there. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups)
      for (const parameter of params) parameter.grad = null;
  }

  /** Settings and state as copies; a resumed run continues with the same bits. */
  stateDict(): OptimizerStateDict {
    const state: StateDict = {};
    const all = this.#parameters();
    for (const [i, parameter] of all.entries()) {
      const kept = this.#states.get(parameter);
      if (!kept) continue;
      state[`${i}.step`] = new Tensor(Int32Array.of(kept.step), []);
      for (const [name, array] of kept.arrays) {
        state[`${i}.${name}`] = new Tensor(array.slice(), parameter.shape);
      }
    }
    const place = new Map(all.map((parameter, i) => [parameter, i]));
    const groups = this.paramGroups.map(({ params, ...options }) => ({
      ...(structuredClone(options) as Record<string, number | boolean | number[]>),
      params: params.map((parameter) => place.get(parameter)!),
    }));
    return { state, groups };
  }

  /**
   * Continues from what {@link stateDict} gave. The parameters themselves are in the model's own.
   *
   * @throws UnrolledError naming every group or state that does not fit; nothing has changed then
   */
  loadStateDict({ state, groups }: OptimizerStateDict): void {
    const all = this.#parameters();
    const problems = [...groupProblems(this.paramGroups, groups), ...stateProblems(all, state)];
    if (problems.length > 0) {
      throw new UnrolledError(
        `${this.constructor.name}.loadStateDict: ${problems.join("; ")}. Was the checkpoint made with other parameters, or in another order?`,
      );
    }

    this.paramGroups.forEach((group, i) => {
      const { params } = group;
      Object.assign(group, structuredClone(groups[i]), { params });
    });
    this.#states.clear();
    for (const [key, tensor] of Object.entries(state)) {
      const [index, name] = splitKey(key);
      const kept = this.#stateOf(all[index]);
      if (name === "step") kept.step = tensor.item();
      else kept.array(name).set(tensor.storage.array);
    }
  }

  #parameters(): Parameter[] {
    return this.paramGroups.flatMap((group) => group.params);
  }
}

function groupsOf<Options extends OptimizerOptions>(
  where: string,
  params: Params<Options>,
  defaults: Options,
): ParamGroup<Options>[] {
  if (!isIterable(params)) {
    throw new ArgumentError(
      `${where}: expected a list of parameters, got ${describe(params)}. Pass model.parameters().`,
    );
  }
  const list = [...params] as (Parameter | ({ params: Iterable<Parameter> } & Partial<Options>))[];
  const given = list.some((item) => item instanceof Tensor || Array.isArray(item))
    ? [{ params: list as Parameter[] }]
    : (list as ({ params: Iterable<Parameter> } & Partial<Options>)[]);
  const groups = given.map((group) => {
    if (!isIterable(group?.params)) {
      throw new ArgumentError(
        `${where}: expected parameters, or groups such as { params: [weight], lr: 0.1 }, got ${describe(group)}.`,
      );
    }
    return { ...structuredClone(defaults), ...group, params: [...group.params] };
  });
  checkParameters(
    where,
    groups.flatMap((group) => group.params),
  );
  return groups;
}

function isIterable(value: unknown): boolean {
  return typeof (value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === "function";
}

/** `Linear` rather than `[object Object]`. */
function describe(value: unknown): string {
  if (value instanceof Tensor) return String(value);
  return typeof value === "object" && value ? value.constructor.name : String(value);
}

function checkParameters(where: string, all: readonly unknown[]): void {
  if (all.length === 0) {
    throw new ArgumentError(
      `${where}: expected at least one parameter, got none. Pass model.parameters(); are the model's layers its own properties?`,
    );
  }
  const seen = new Set<unknown>();
  for (const [i, parameter] of all.entries()) {
    if (!(parameter instanceof Tensor)) {
      throw new ArgumentError(
        `${where}: expected parameters, got ${describe(parameter)} at position ${i}. Pass model.parameters(), without names.`,
      );
    }
    if (parameter.node || parameter.dtype === "int32") {
      throw new ArgumentError(
        `${where}: expected parameters, got the result of an operation, or int32, at position ${i}: ${String(parameter)}.`,
      );
    }
    if (seen.has(parameter)) {
      throw new ArgumentError(`${where}: the parameter at position ${i} was there before.`);
    }
    seen.add(parameter);
  }
}

function groupProblems(own: readonly ParamGroup[], saved: readonly GroupState[]): string[] {
  if (own.length !== saved.length) {
    return [`expected ${own.length} groups, got ${saved.length}`];
  }
  return own.flatMap(({ params }, i) =>
    params.length === saved[i].params.length
      ? []
      : [`group ${i}: expected ${params.length} parameters, got ${saved[i].params.length}`],
  );
}

function stateProblems(all: readonly Parameter[], state: StateDict): string[] {
  return Object.entries(state).flatMap(([key, { shape }]) => {
    const [index, name] = splitKey(key);
    const parameter = all[index] as Parameter | undefined;
    if (!parameter) return [`${key}: there are ${all.length} parameters`];
    const expected = name === "step" ? [] : parameter.shape;
    return sameShape(expected, shape)
      ? []
      : [`${key}: expected shape ${formatShape(expected)}, got ${formatShape(shape)}`];
  });
}

function splitKey(key: string): [index: number, name: string] {
  const dot = key.indexOf(".");
  return [Number(key.slice(0, dot)), key.slice(dot + 1)];
}
