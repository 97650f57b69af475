/**
 * @file Where initial weights come from.
 */

import { zeros } from "../tensor/creation.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Fills `target` with numbers uniform between `low` and `high`. */
export function uniform_(
  target: Tensor,
  low = 0,
  high = 1,
  generator: RandomGenerator = defaultGenerator,
): Tensor {
  const array = target.storage.array;
  for (let i = 0; i < array.length; i++) array[i] = low + (high - low) * generator.random();
  target.storage.changed();
  return target;
}

/** Fills `target` with normal numbers. */
export function normal_(
  target: Tensor,
  mean = 0,
  std = 1,
  generator: RandomGenerator = defaultGenerator,
): Tensor {
  const array = target.storage.array;
  for (let i = 0; i < array.length; i++) array[i] = mean + std * generator.normal();
  target.storage.changed();
  return target;
}

/**
 * A new tensor uniform in ±1/√fan: PyTorch's default for recurrent layers (fan = hiddenSize) and
 * linear ones (fan = inFeatures), so that a fresh model starts from the same distribution.
 */
export function uniformByFan(
  shape: readonly number[],
  fan: number,
  generator?: RandomGenerator,
): Tensor {
  const bound = 1 / Math.sqrt(fan);
  return uniform_(zeros(shape), -bound, bound, generator);
}
