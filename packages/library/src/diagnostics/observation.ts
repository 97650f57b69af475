/**
 * @file What is switched on while a body runs: recorders note what layers do, and ablations change it.
 */

import type { Tensor } from "../tensor/index.ts";
import {
  type GateKind,
  type ObservedProduct,
  type ObservedRun,
  type Observer,
  type Place,
  type Step,
  withObserver,
} from "../nn/recurrent/observer.ts";
import type { TimeSteps } from "../nn/recurrent/time-steps.ts";
import { unroll } from "../nn/recurrent/unrolled.ts";

/** One direction of a layer, while it runs. The first part of a state is h, an LSTM's second is c. */
export interface RunNotes {
  /** Before the first step; what is returned takes its place. */
  begin(before: Tensor[]): Tensor[];
  stepBegins(t: number, x: Tensor, before: Tensor[]): void;
  product(product: ObservedProduct): Tensor;
  gate(name: string, kind: GateKind, sum: Tensor, value: Tensor): void;
  /** A part of the state after the step; what is returned takes its place. */
  state(part: number, value: Tensor): Tensor;
}

/** Who wants to see, or to change, what happens at a place; null if not there. */
export interface Watcher {
  /** Those that change something come before those that look. */
  readonly changes: boolean;
  watch(place: Place, step: Step, steps: TimeSteps, before: Tensor[]): RunNotes | null;
}

let watchers: readonly Watcher[] = [];

/** Runs `body` with one watcher more. */
export function withWatcher<T>(watcher: Watcher, body: () => T): T {
  const before = watchers;
  watchers = [...before, watcher].sort((a, b) => Number(b.changes) - Number(a.changes));
  try {
    return withObserver(new Observation(watchers), body);
  } finally {
    watchers = before;
  }
}

class Observation implements Observer {
  readonly unroll = unroll;
  readonly #watchers: readonly Watcher[];
  /** Of the step that is being taken. */
  #notes: readonly RunNotes[] = [];
  /** c, where the step has shown it. */
  #cell: Tensor | null = null;

  constructor(watchers: readonly Watcher[]) {
    this.#watchers = watchers;
  }

  begin(place: Place, step: Step, steps: TimeSteps, before: Tensor[]): ObservedRun {
    const notes = this.#watchers.flatMap((one) => one.watch(place, step, steps, before) ?? []);
    return {
      before: notes.reduce((state, note) => note.begin(state), before),
      step: (t, x, state) => this.#step(notes, step, t, x, state),
    };
  }

  #step(notes: readonly RunNotes[], step: Step, t: number, x: Tensor, before: Tensor[]): Tensor[] {
    for (const note of notes) note.stepBegins(t, x, before);
    const outer = { notes: this.#notes, cell: this.#cell }; // A cell may have a layer inside.
    this.#notes = notes;
    this.#cell = null;
    try {
      return step(x, before).map((value, part) =>
        part === 1 && value === this.#cell ? value : this.#state(part, value),
      );
    } finally {
      this.#notes = outer.notes;
      this.#cell = outer.cell;
    }
  }

  #state(part: number, value: Tensor): Tensor {
    return this.#notes.reduce((state, note) => note.state(part, state), value);
  }

  product(product: ObservedProduct): Tensor {
    return this.#notes.reduce((sum, note) => note.product({ ...product, sum }), product.sum);
  }

  gate(name: string, kind: GateKind, sum: Tensor, value: Tensor): void {
    for (const note of this.#notes) note.gate(name, kind, sum, value);
  }

  cell(c: Tensor): Tensor {
    return (this.#cell = this.#state(1, c));
  }
}
