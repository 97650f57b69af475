/**
 * @file Functions without parameters as layers, so that they can stand in a {@link Sequential}.
 */

import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * tanh(x), element by element.
 *
 * @example
 * const mlp = new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 2));
 * mlp.forward(zeros([4, 3])).shape; // [4, 2]
 */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/**
 * max(0, x), element by element.
 *
 * @example
 * new nn.ReLU().forward(tensor([-1, 2])).toArray(); // [0, 2]
 */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return x.relu();
  }
}

/**
 * 1 / (1 + exp(−x)), element by element.
 *
 * @example
 * new nn.Sigmoid().forward(tensor([0])).toArray(); // [0.5]
 */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/**
 * exp(x) / Σ exp(x) along `axis`, the last one unless told. Not before {@link CrossEntropyLoss},
 * which takes logits.
 *
 * @example
 * new nn.Softmax().forward(tensor([[0, 0]])).toArray(); // [[0.5, 0.5]]
 */
export class Softmax extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward(x: Tensor): Tensor {
    return x.softmax(this.axis);
  }
}

/**
 * x − log Σ exp(x) along `axis`, the last one unless told: what {@link NLLLoss} and {@link CTCLoss}
 * take.
 *
 * @example
 * new nn.LogSoftmax().forward(tensor([[0, 0]])).toArray(); // [[-0.693, -0.693]]
 */
export class LogSoftmax extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward(x: Tensor): Tensor {
    return x.logSoftmax(this.axis);
  }
}

/**
 * Axes from `start` to `end` (included) become one: by default all but the batch.
 *
 * @example
 * new nn.Flatten().forward(zeros([2, 3, 4])).shape; // [2, 12]
 */
export class Flatten extends Module {
  readonly start: number;
  readonly end: number;

  constructor(start = 1, end = -1) {
    super();
    this.start = start;
    this.end = end;
  }

  forward(x: Tensor): Tensor {
    return x.flatten(this.start, this.end);
  }

  override whyNotCausal(): string | null {
    return this.start >= 2 ? null : "it makes one axis of steps and features";
  }
}
