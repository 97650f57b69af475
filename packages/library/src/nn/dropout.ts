/**
 * @file Dropout: while training, some numbers are zeroed at random and the rest made larger.
 */

import { record } from "../autograd/tape.ts";
import { backend } from "../backends/index.ts";
import { checkProbability } from "../core/errors.ts";
import { checkFloat } from "../tensor/creation.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

export interface DropoutOptions {
  /** What decides which numbers are zeroed. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * Zeroes each number with probability `p` and divides the others by 1 − p, so that the expected sum
 * stays. Only while training: after `model.eval()` it gives its input back.
 *
 * Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from
 * overfitting"; https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 *
 * @throws ArgumentError if p is not between 0 and 1
 *
 * @example
 * const layer = new nn.Dropout(0.5).eval();
 * layer.forward(tensor([1, 2])).toArray(); // [1, 2]
 */
export class Dropout extends Module {
  readonly p: number;
  readonly generator: RandomGenerator;

  constructor(p = 0.5, { generator = defaultGenerator }: DropoutOptions = {}) {
    super();
    checkProbability("Dropout", "p", p);
    this.p = p;
    this.generator = generator;
  }

  /** Any shape; the same shape comes back. */
  forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training, this.generator);
  }

  override whyNotCausal(): string | null {
    return this.training && this.p > 0 ? DROPS_IN_TRAINING : null;
  }
}

/** Why {@link createStream} refuses: the steps would not give what the whole sequence gives. */
export const DROPS_IN_TRAINING =
  "it drops features at random while in training mode; call eval() on the model first";

/** y = x ⊙ mask / (1 − p), where mask is 0 with probability p; dL/dx = dL/dy ⊙ mask / (1 − p) */
export function dropout(
  x: Tensor,
  p: number,
  training: boolean,
  generator: RandomGenerator = defaultGenerator,
): Tensor {
  checkFloat("dropout", "the input", x);
  if (!training || p === 0) return x;

  const mask = new Uint8Array(x.size);
  generator.fillMask(mask, p);

  const masked = (t: Tensor) => {
    const source = t.storage.array;
    const out = backend().alloc(source.length);
    if (p === 1) return new Tensor(out.fill(0), t.shape); // 0 · ∞ would be NaN
    const scale = 1 / (1 - p);
    // No branch: nobody can guess which way a random one goes. Adding 0 makes −0 a 0.
    for (let i = 0; i < out.length; i++) out[i] = source[i] * scale * mask[i] + 0;
    return new Tensor(out, t.shape);
  };
  return record("dropout", [x], masked(x), (gradY) => [masked(gradY)], { p });
}
