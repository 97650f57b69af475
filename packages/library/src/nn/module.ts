/**
 * @file What every layer and model is: parameters with names, and children with names.
 */

import { ArgumentError, formatShape, UnrolledError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A tensor that training changes: a leaf with `requiresGrad`. */
export class Parameter extends Tensor {
  constructor(data: Tensor, requiresGrad = true) {
    super(data.storage, data.shape, requiresGrad);
  }
}

/** Names and tensors, as `stateDict` gives and checkpoints hold them. */
export type StateDict = Record<string, Tensor>;

export interface LoadStateDictOptions {
  /** Refuse missing and unexpected keys. Default: `true`. */
  strict?: boolean;
}

/** Keys that did not match, with `strict: false`. */
export interface LoadStateDictResult {
  missingKeys: string[];
  unexpectedKeys: string[];
}

/**
 * The base of all layers and models. Parameters and child modules are its own properties, and the
 * properties' names make the checkpoint keys: `fc.weight`, `layers.0.bias`.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 *
 * @example
 * class Model extends nn.Module {
 *   readonly gru = new nn.GRU(3, 5);
 *   readonly head = new nn.Linear(5, 2);
 * }
 * Object.keys(new Model().stateDict()).length; // 6
 */
export class Module {
  /** Whether dropout and batch statistics are on; see {@link train} and {@link eval}. */
  training = true;

  readonly #registered = new Map<string, Parameter>();
  readonly #buffers = new Map<string, Tensor>();

  /** Adds a parameter whose checkpoint key is not the name of a property. */
  protected register(key: string, data: Tensor): Parameter {
    const parameter = new Parameter(data);
    this.#registered.set(key, parameter);
    return parameter;
  }

  /** Adds a tensor that belongs in checkpoints but is not trained, such as a running mean. */
  protected registerBuffer(key: string, data: Tensor): Tensor {
    this.#buffers.set(key, data);
    return data;
  }

  /** The modules directly inside this one, with their names. Arrays of modules count by index. */
  *namedChildren(): IterableIterator<[name: string, child: Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) yield [name, value];
      if (!Array.isArray(value)) continue;
      for (const [i, item] of value.entries()) {
        if (item instanceof Module) yield [`${name}.${i}`, item];
      }
    }
  }

  /** This module and all inside it, with their paths; this one's is "". */
  *namedModules(prefix = ""): IterableIterator<[path: string, module: Module]> {
    yield [prefix, this];
    for (const [name, child] of this.namedChildren()) yield* child.namedModules(join(prefix, name));
  }

  /** Every parameter with its checkpoint key; one that is used twice comes once. */
  *namedParameters(): IterableIterator<[key: string, parameter: Parameter]> {
    const seen = new Set<Parameter>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, parameter] of module.#ownParameters()) {
        if (seen.has(parameter)) continue;
        seen.add(parameter);
        yield [join(path, name), parameter];
      }
    }
  }

  /** Every parameter, once: what an optimizer takes. */
  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** The number of trainable numbers. */
  numParameters(): number {
    return this.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  }

  *#ownParameters(): IterableIterator<[name: string, parameter: Parameter]> {
    yield* this.#registered;
    const registered = new Set(this.#registered.values());
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Parameter && !registered.has(value)) yield [name, value];
    }
  }

  /** Parameters and buffers by their checkpoint keys. The tensors share memory with the module. */
  stateDict(): StateDict {
    const dict: StateDict = {};
    for (const [path, module] of this.namedModules()) {
      for (const [name, parameter] of module.#ownParameters()) {
        dict[join(path, name)] = parameter.detach();
      }
      for (const [name, buffer] of module.#buffers) dict[join(path, name)] = buffer.detach();
    }
    return dict;
  }

  /**
   * Copies numbers from `dict` into the parameters and buffers of the same keys. A parameter that
   * has several keys, because modules share it, is found under any of them.
   *
   * @throws UnrolledError naming every missing or unexpected key (if `strict`), every wrong shape and
   *   every shared parameter that the checkpoint has two versions of; nothing has been changed then
   */
  loadStateDict(
    dict: StateDict | ReadonlyMap<string, Tensor>,
    { strict = true }: LoadStateDictOptions = {},
  ): LoadStateDictResult {
    const source =
      dict instanceof Map ? (Object.fromEntries(dict) as StateDict) : (dict as StateDict);
    const own = this.stateDict();
    const shared = Object.keys(own).filter((key) => Object.hasOwn(source, key));
    const filled = new Set(shared.map((key) => own[key].storage));
    const missingKeys = Object.keys(own).filter((key) => !filled.has(own[key].storage));
    const unexpectedKeys = Object.keys(source).filter((key) => !Object.hasOwn(own, key));

    const problems: string[] = [];
    if (strict && missingKeys.length > 0) problems.push(`missing: ${missingKeys.join(", ")}`);
    if (strict && unexpectedKeys.length > 0)
      problems.push(`unexpected: ${unexpectedKeys.join(", ")}`);
    for (const key of shared) {
      if (sameShape(own[key].shape, source[key].shape)) continue;
      problems.push(
        `${key}: expected shape ${formatShape(own[key].shape)}, got ${formatShape(source[key].shape)}`,
      );
    }
    problems.push(...tiesBroken(shared, own, source));
    if (problems.length > 0) {
      throw new UnrolledError(
        `${this.constructor.name}.loadStateDict: ${problems.join("; ")}. Was the checkpoint made by a model with other options?`,
      );
    }
    for (const key of shared) own[key].copy_(source[key]);
    return { missingKeys, unexpectedKeys };
  }

  /** Dropout and batch statistics on (or off) in this module and all inside it. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  /** Dropout and batch statistics off: for evaluation and generation. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Why the module cannot read a sequence step by step, as the end of a sentence ("it is …"); null
   * if it can. Asked by {@link createStream}. Layers that look ahead, or at the whole batch, override it.
   */
  whyNotCausal(): string | null {
    return null;
  }

  /**
   * Whether the module carries a state from one step of a stream to the next, by {@link carriedState},
   * and sees to the modules inside it as well. Default: `false`.
   */
  get carriesState(): boolean {
    return false;
  }

  /** Forgets every gradient. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }
}

/** A module from one tensor to one tensor: what {@link Sequential} strings together. */
export interface Layer extends Module {
  forward(input: Tensor): Tensor;
}

/** Checks that a value is a module, for lists that users write. */
export function checkModule(where: string, value: unknown): void {
  if (value instanceof Module) return;
  throw new ArgumentError(`${where}: expected a Module, got ${String(value)}.`);
}

/** Keys of one parameter here under which a checkpoint has different numbers. */
function tiesBroken(keys: readonly string[], own: StateDict, source: StateDict): string[] {
  const first = new Map<Tensor["storage"], string>();
  return keys.flatMap((key) => {
    const other = first.get(own[key].storage);
    first.set(own[key].storage, other ?? key);
    if (other === undefined || sameNumbers(source[key], source[other])) return [];
    return [`${other} and ${key}: one parameter here, but two different ones in the checkpoint`];
  });
}

function sameNumbers(a: Tensor, b: Tensor): boolean {
  const other = b.storage.array;
  return a.storage.array.every((value, i) => Object.is(value, other[i]));
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}
