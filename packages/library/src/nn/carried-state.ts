/**
 * @file How layers carry their state while a stream reads a sequence step by step.
 *
 * Layers hold only parameters, and a state travels as an argument. A model made of layers has no
 * such argument, though: while one of its streams takes a step, and no longer, its layers find their
 * states here. `createStream` opens the scope; a layer asks with {@link carriedState}.
 */

import { ArgumentError, UnrolledError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Module } from "./module.ts";

/** A layer's state by the names of its parts: `{ h, c }`. */
export type NamedState = Record<string, Tensor>;

/** One layer's state during a stream's step. */
export interface CarriedState {
  /**
   * The state to go on from: what was kept by the step before, or at the first step `given`, what
   * the layer's caller gave it.
   *
   * @throws ArgumentError if the caller gives another state than at the first step: it then depends
   *   on what was read, and a stream cannot tell how
   */
  resume<Given extends Record<string, Tensor | null>>(given: Given): Given;
  /** Keeps the state after this step; it counts once the whole model's step has succeeded. */
  keep(state: NamedState): void;
}

let current: CarriedStates | null = null;

/**
 * Where `layer` carries its state: null but for the steps of a stream. For authors of layers; see
 * CONTRIBUTING.md, "A layer".
 *
 * @example
 * class RunningSum extends nn.Module {
 *   override get carriesState(): boolean {
 *     return true;
 *   }
 *   forward(x: Tensor): Tensor {
 *     const carried = carriedState(this); // x [batch, seq, features]
 *     let sum = carried?.resume({ sum: null as Tensor | null }).sum ?? zeros([x.shape[0], x.shape[2]]);
 *     const sums = x.chunk(x.shape[1], 1).map((step) => (sum = sum.add(step.squeeze(1))));
 *     carried?.keep({ sum });
 *     return stack(sums, 1);
 *   }
 * }
 * const stream = createStream(new RunningSum());
 * stream.step(tensor([[1, 2]])).toArray(); // [[1, 2]]
 * stream.step(tensor([[3, 4]])).toArray(); // [[4, 6]]
 */
export function carriedState(layer: Module): CarriedState | null {
  return current === null ? null : current.of(layer);
}

/** For functions that need the whole sequence and are no modules, so that nobody finds them before. */
export function refuseInStream(where: string, why: string): void {
  if (current !== null) throw new ArgumentError(`${where}: it cannot be streamed: ${why}.`);
}

function within<T>(states: CarriedStates, body: () => T): T {
  const before = current;
  current = states;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** What one stream's layers carry. */
export class CarriedStates {
  readonly #layers = new Map<Module, LayerCalls>();

  /** Runs one step of the model. If it fails, all states are as they were before. */
  step<T>(body: () => T): T {
    for (const layer of this.#layers.values()) layer.begin();
    const result = within(this, body);
    for (const layer of this.#layers.values()) layer.check();
    for (const layer of this.#layers.values()) layer.commit();
    return result;
  }

  of(layer: Module): CarriedState {
    let calls = this.#layers.get(layer);
    if (!calls) this.#layers.set(layer, (calls = new LayerCalls(layer)));
    return calls.next();
  }

  /** Every state that is kept: of a layer that runs more than once in a step, each call's. */
  *entries(): IterableIterator<[layer: Module, call: number, state: NamedState]> {
    for (const [layer, { slots }] of this.#layers) {
      for (const [call, { kept }] of slots.entries()) if (kept) yield [layer, call, kept];
    }
  }

  /** A layer's state after a call: undefined where none is kept. */
  get(layer: Module, call: number): NamedState | undefined {
    return this.#layers.get(layer)?.slots[call]?.kept ?? undefined;
  }

  /** Puts a state in its place, as {@link entries} gave it. */
  set(layer: Module, call: number, state: NamedState): void {
    let calls = this.#layers.get(layer);
    if (!calls) this.#layers.set(layer, (calls = new LayerCalls(layer)));
    while (calls.slots.length <= call) calls.slots.push(new Slot(layer));
    calls.slots[call].kept = state;
  }
}

/** A layer may run several times in a step, over different things: each call has a state of its own. */
class LayerCalls {
  readonly slots: Slot[] = [];
  readonly #layer: Module;
  #count = 0;
  /** How often it ran in each step so far. */
  #usual = 0;

  constructor(layer: Module) {
    this.#layer = layer;
  }

  begin(): void {
    this.#count = 0;
    for (const slot of this.slots) slot.pending = null;
  }

  next(): Slot {
    if (this.#count === this.slots.length) this.slots.push(new Slot(this.#layer));
    return this.slots[this.#count++];
  }

  check(): void {
    if (this.#usual === 0 || this.#count === this.#usual) return;
    throw new UnrolledError(
      `stream: ${nameOf(this.#layer)} ran ${this.#count} times in this step and ${this.#usual} in those before, so its states cannot be told apart. Does the model's forward loop over time? Then give it one step at a time, with step().`,
    );
  }

  commit(): void {
    this.#usual = this.#count;
    for (const slot of this.slots) slot.commit();
  }
}

class Slot implements CarriedState {
  kept: NamedState | null = null;
  pending: NamedState | null = null;
  /** What the caller gave at the first step. */
  #given: Record<string, Tensor | null> | null = null;
  readonly #layer: Module;

  constructor(layer: Module) {
    this.#layer = layer;
  }

  resume<Given extends Record<string, Tensor | null>>(given: Given): Given {
    this.#given ??= given;
    for (const name in given) {
      if (sameNumbers(given[name], this.#given[name])) continue;
      throw new ArgumentError(
        `stream: ${nameOf(this.#layer)} was given another ${name} than at the first step. In a stream the states are carried for it: a state that the model works out from what it reads cannot be.`,
      );
    }
    return this.kept === null ? given : { ...given, ...this.kept };
  }

  keep(state: NamedState): void {
    this.pending = state;
  }

  commit(): void {
    if (this.pending) this.kept = this.pending;
    this.pending = null;
  }
}

function nameOf(layer: Module): string {
  return `the model's ${layer.constructor.name}`;
}

/** Whether two tensors, or the lack of them, are the same to the bit. */
export function sameNumbers(a: Tensor | null, b: Tensor | null): boolean {
  if (a === b) return true;
  if (!a || !b || !sameShape(a.shape, b.shape)) return false;
  const [xs, ys] = [a.storage.array, b.storage.array];
  for (let i = 0; i < xs.length; i++) if (!Object.is(xs[i], ys[i])) return false;
  return true;
}

/** The modules that matter to a stream: down to those that carry a state for all inside them. */
export function* visited(
  module: Module,
  path = "",
): IterableIterator<[path: string, module: Module]> {
  yield [path, module];
  if (module.carriesState) return;
  for (const [name, child] of module.namedChildren()) {
    yield* visited(child, path ? `${path}.${name}` : name);
  }
}

/**
 * Refuses a model that cannot be read step by step.
 *
 * @throws ArgumentError naming the first layer that needs the whole sequence, or the batch
 */
export function checkCausal(where: string, model: Module): void {
  for (const [path, module] of visited(model)) {
    const why = module.whyNotCausal();
    if (why === null) continue;
    const name = module.constructor.name;
    throw new ArgumentError(
      `${where}: ${path ? `${path} (${name})` : name} cannot be streamed: ${why}.`,
    );
  }
}
