/**
 * @file What a unit is good for: take it out, and see what the model can no longer do.
 */

import { backend } from "../backends/index.ts";
import { ArgumentError } from "../core/errors.ts";
import type { Module } from "../nn/index.ts";
import type { Place } from "../nn/recurrent/observer.ts";
import { Tensor } from "../tensor/index.ts";
import type { LayerPlace } from "./hidden-states.ts";
import { type RunNotes, withWatcher } from "./observation.ts";

/** Units by the part of the state that they are in. */
export interface AblatedUnits {
  h?: readonly number[];
  /** Of an LSTM. */
  c?: readonly number[];
}

/** Which layer: one of those that {@link hiddenStates} gives, or a module that has only one. */
export type AblatedLayer = Pick<LayerPlace, "module" | "layer" | "direction"> | Module;

/**
 * Runs `body` with chosen units of a recurrent layer at zero: before the first step and after every
 * one, so that neither later steps nor later layers see them. No gradient passes through them.
 *
 * Works by itself and around {@link hiddenStates}, {@link recordGates} and {@link gradientFlow}. Only
 * what `body` does before its first `await` is covered.
 *
 * @param units `{ c: [3] }` for the cell, `{ h: [0, 5] }` for what it shows; an LSTM's output gate
 *   decides how much of a cell shows, so to take a cell out for good, name it in both
 *
 * @throws ArgumentError if the layer did not run, or has no such unit
 *
 * @example
 * const lstm = new nn.LSTM(3, 4);
 * const x = randn([5, 2, 3]);
 * const [output] = withAblation(lstm, { h: [2], c: [2] }, () => lstm.forward(x));
 * output.select(2, 2).abs().max().item(); // 0
 */
export function withAblation<T>(layer: AblatedLayer, units: AblatedUnits, body: () => T): T {
  const wanted = placeIn(layer);
  let ran = false;
  const watch = (place: Place, _step: unknown, _steps: unknown, before: readonly Tensor[]) => {
    const isThere =
      place.module === wanted.module &&
      place.layer === wanted.layer &&
      place.direction === wanted.direction;
    if (!isThere) return null;
    ran = true;
    return new Ablation([units.h, units.c], before);
  };
  const result = withWatcher({ changes: true, watch }, body);
  if (!ran) {
    throw new ArgumentError(
      `withAblation: layer ${wanted.layer} of ${wanted.module.constructor.name} did not run in the function given, so nothing was taken out.`,
    );
  }
  return result;
}

class Ablation implements RunNotes {
  /** For each part of the state [1, features]: 0 where a unit is taken out, null where none is. */
  readonly #masks: (Tensor | null)[];

  constructor(units: readonly (readonly number[] | undefined)[], before: readonly Tensor[]) {
    this.#masks = units.map((list, part) => {
      if (!list || list.length === 0) return null;
      const name = part === 0 ? "h" : "c";
      if (part >= before.length) {
        throw new ArgumentError(
          `withAblation: expected units of h alone: the layer has no ${name}.`,
        );
      }
      const width = before[part].shape[1];
      const array = backend().alloc(width).fill(1);
      for (const unit of list) {
        if (!Number.isInteger(unit) || unit < 0 || unit >= width) {
          throw new ArgumentError(
            `withAblation: expected units of ${name} between 0 and ${width - 1}, got ${unit}.`,
          );
        }
        array[unit] = 0;
      }
      return new Tensor(array, [1, width]);
    });
  }

  begin(before: Tensor[]): Tensor[] {
    return before.map((value, part) => this.state(part, value));
  }

  state(part: number, value: Tensor): Tensor {
    const mask = this.#masks.at(part);
    return mask ? value.mul(mask) : value;
  }

  product({ sum }: { sum: Tensor }): Tensor {
    return sum;
  }

  stepBegins(): void {
    // Only states are changed.
  }

  gate(): void {
    // Only states are changed.
  }
}

function placeIn(layer: AblatedLayer): Place {
  if ("direction" in layer && "layer" in layer) {
    const { module, direction } = layer;
    return { module, layer: layer.layer, direction: direction === "reverse" ? 1 : 0 };
  }
  const { numLayers = 1, numDirections = 1 } = layer as {
    numLayers?: number;
    numDirections?: number;
  };
  if (numLayers * numDirections > 1) {
    throw new ArgumentError(
      `withAblation: ${layer.constructor.name} has ${numLayers * numDirections} layers and directions. Give one of those that hiddenStates lists.`,
    );
  }
  return { module: layer, layer: 0, direction: 0 };
}
