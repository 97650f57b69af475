/**
 * @file Locked (variational) dropout: one mask for a whole sequence, the same at every step.
 */

import { checkProbability, formatShape, ShapeError } from "../core/errors.ts";
import { ones } from "../tensor/creation.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { dropout, DROPS_IN_TRAINING } from "./dropout.ts";
import { Module } from "./module.ts";

export interface LockedDropoutOptions {
  /** As the recurrent layer beside it: where the time axis is. Default: `false`. */
  batchFirst?: boolean;
  /** What decides which features are zeroed. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * Dropout for sequences: for each sequence, features are zeroed with probability `p` at all its steps
 * alike, and the others divided by 1 − p. A recurrent layer cannot average the noise away over time,
 * as it can where every step has a mask of its own. Only while training.
 *
 * - `x` [seq, batch, features], or [batch, seq, features] if `batchFirst`
 *
 * Stands before, between and after recurrent layers; for the recurrent connection itself there is
 * their option `weightDropout`.
 *
 * Source: Gal and Ghahramani 2016, "A theoretically grounded application of dropout in recurrent
 * neural networks"; as LockedDropout in Merity et al. 2017 (AWD-LSTM), https://arxiv.org/abs/1708.02182
 *
 * @throws ArgumentError if p is not between 0 and 1
 * @throws ShapeError in `forward`, if x has not three axes
 *
 * @example
 * const layer = new nn.LockedDropout(0.5, { batchFirst: true });
 * const y = layer.forward(ones([1, 3, 4])); //           [batch, seq, features]
 * y.select(1, 0).sub(y.select(1, 2)).abs().sum().item(); // 0
 */
export class LockedDropout extends Module {
  readonly p: number;
  readonly batchFirst: boolean;
  readonly #generator: RandomGenerator;

  constructor(
    p = 0.5,
    { batchFirst = false, generator = defaultGenerator }: LockedDropoutOptions = {},
  ) {
    super();
    checkProbability("LockedDropout", "p", p);
    this.p = p;
    this.batchFirst = batchFirst;
    this.#generator = generator;
  }

  override whyNotCausal(): string | null {
    return this.training && this.p > 0 ? DROPS_IN_TRAINING : null;
  }

  /** The same shape comes back. */
  forward(x: Tensor): Tensor {
    if (x.rank !== 3) {
      const layout = this.batchFirst ? "[batch, seq, features]" : "[seq, batch, features]";
      throw new ShapeError(
        `LockedDropout.forward: expected x ${layout}, got ${formatShape(x.shape)}.`,
      );
    }
    return lockedDropout(x, this.p, this.training, this.batchFirst ? 1 : 0, this.#generator);
  }
}

/** x ⊙ mask / (1 − p), with one mask for all steps of a sequence; `time` is the axis of the steps. */
export function lockedDropout(
  x: Tensor,
  p: number,
  training: boolean,
  time: 0 | 1,
  generator: RandomGenerator = defaultGenerator,
): Tensor {
  if (!training || p === 0) return x;
  const oneStep = x.shape.map((n, axis) => (axis === time ? 1 : n));
  return x.mul(dropout(ones(oneStep), p, true, generator));
}
