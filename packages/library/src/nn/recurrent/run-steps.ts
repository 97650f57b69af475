/**
 * @file A step, taken through whole sequences: what layers that are no fused node are made of.
 */

import { zeros } from "../../tensor/creation.ts";
import { cat, stack } from "../../tensor/ops/indexing.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Module } from "../module.ts";
import { observer, type Place, type Step } from "./observer.ts";
import type { LayerResult } from "./stacked-layer.ts";
import { TimeSteps } from "./time-steps.ts";

export interface StepsCall {
  readonly module: Module;
  readonly layer: number;
  /** One step for each direction. */
  readonly directions: readonly Step[];
  /** [seq, batch, features], or [batch, seq, features] if `batchFirst` */
  readonly x: Tensor;
  /** [numDirections, batch, …]; null is zeros, of so many features. */
  readonly states: readonly (Tensor | null)[];
  readonly sizes: readonly number[];
  readonly batchFirst: boolean;
  readonly lengths: Int32Array | null;
}

/** One layer in all its directions. */
export function runSteps(call: StepsCall): LayerResult {
  const watching = observer();
  return watching?.run ? watching.run(call) : runEveryStep(call);
}

/** {@link runSteps}, whoever watches. */
export function runEveryStep(call: StepsCall): LayerResult {
  const { module, layer, directions, x, states, sizes, batchFirst, lengths } = call;
  const steps = new TimeSteps(x, batchFirst, lengths);
  const results = directions.map((step, direction) => {
    const before = states.map((state, i) =>
      state ? steps.sorted(state.select(0, direction)) : zeros([steps.batch, sizes[i]]),
    );
    return runDirection({ module, layer, direction }, step, steps, before);
  });
  return {
    output: steps.join(results.map(({ outputs }) => outputs)),
    states: states.map((_, i) => stack(results.map(({ state }) => steps.unsorted(state[i])))),
  };
}

/** One direction. A sequence that has ended, or not begun, keeps its state as it is. */
function runDirection(
  place: Place,
  step: Step,
  steps: TimeSteps,
  before: Tensor[],
): { outputs: Tensor[]; state: Tensor[] } {
  const { inputs, batch } = steps;
  const watched = observer()?.begin(place, step, steps, before);
  const take = (t: number, state: Tensor[]) =>
    watched ? watched.step(t, inputs[t], state) : step(inputs[t], state);

  const outputs = new Array<Tensor>(inputs.length);
  let state = watched ? watched.before : before;
  for (let n = 0; n < inputs.length; n++) {
    const t = place.direction === 1 ? inputs.length - 1 - n : n;
    const running = inputs[t].shape[0];
    if (running === batch) {
      state = take(t, state);
      outputs[t] = state[0];
    } else {
      const parts = state.map((part) => part.split([running, batch - running]));
      const next = take(
        t,
        parts.map(([runs]) => runs),
      );
      outputs[t] = next[0];
      state = next.map((part, i) => cat([part, parts[i][1]]));
    }
  }
  return { outputs, state };
}
