/**
 * @file Zoneout: while training, some features of the state stay as they were.
 *
 *   training     s′ = m ⊙ s + (1 − m) ⊙ cell(x, s)      m is 1 with probability p, drawn every step
 *   evaluation   s′ = p · s + (1 − p) · cell(x, s)       what is to be expected
 */

import { ArgumentError, checkProbability } from "../../core/errors.ts";
import { defaultGenerator, type RandomGenerator } from "../../tensor/random.ts";
import { where } from "../../tensor/ops/indexing.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { DROPS_IN_TRAINING } from "../dropout.ts";
import { checkModule, Module } from "../module.ts";
import { LEAVES_STATE_TO_CALLER } from "./cells.ts";
import type { CellState, RecurrentCell } from "./recurrent.ts";

export interface ZoneoutOptions {
  /** What decides which features stay. Default: the library's own generator. */
  generator?: RandomGenerator;
}

/**
 * Any cell, with zoneout on its state: a cell again, for {@link Recurrent}. Unlike dropout it lets
 * information and gradients pass through the steps that it skips.
 *
 * `p` is the probability for every tensor of the state, or a list with one for each: the paper's
 * LSTM has h 0.05 and c 0.5. As in the paper, h′ is made from the c′ of before its own zoneout.
 *
 * Checkpoint keys are the cell's behind `cell.`.
 *
 * Source: Krueger et al. 2016, "Zoneout: regularizing RNNs by randomly preserving hidden
 * activations", https://arxiv.org/abs/1606.01305
 *
 * @throws ArgumentError if p is not between 0 and 1, or has more or fewer entries than the state
 *
 * @example
 * const lstm = new nn.Recurrent(new nn.Zoneout(new nn.LSTMCell(3, 5), [0.05, 0.5]));
 * const [output, [hN, cN]] = lstm.forward(randn([7, 2, 3]));
 * cN.shape; // [1, 2, 5]
 *
 * @example
 * const still = new nn.Zoneout(new nn.GRUCell(3, 2), 1);
 * still.forward(randn([1, 3]), tensor([[1, 2]])).toArray(); // [[1, 2]]
 */
export class Zoneout<S extends CellState> extends Module implements RecurrentCell<S> {
  readonly cell: RecurrentCell<S>;
  readonly p: number | readonly number[];
  readonly #generator: RandomGenerator;

  constructor(
    cell: RecurrentCell<S>,
    p: number | readonly number[],
    { generator = defaultGenerator }: ZoneoutOptions = {},
  ) {
    super();
    checkModule("Zoneout", cell);
    const parts = [cell.stateSize].flat().length;
    for (const one of typeof p === "number" ? [p] : p) checkProbability("Zoneout", "p", one);
    if (typeof p !== "number" && p.length !== parts) {
      throw new ArgumentError(
        `Zoneout: expected ${parts} probabilities, one for each tensor of the state of ${cell.constructor.name}, got ${p.length}.`,
      );
    }
    this.cell = cell;
    this.p = p;
    this.#generator = generator;
  }

  get stateSize(): number | readonly number[] {
    return this.cell.stateSize;
  }

  override whyNotCausal(): string | null {
    return this.training ? DROPS_IN_TRAINING : LEAVES_STATE_TO_CALLER;
  }

  /** x [batch, inputSize] and the state before it give the state after it. */
  forward(x: Tensor, state: S): S {
    const after = this.cell.forward(x, state);
    if (after instanceof Tensor) return this.#mixed(state as Tensor, after, 0) as S;
    const before = state as readonly Tensor[];
    return after.map((part, i) => this.#mixed(before[i], part, i)) as unknown as S;
  }

  #mixed(before: Tensor, after: Tensor, part: number): Tensor {
    const p = typeof this.p === "number" ? this.p : this.p[part];
    if (p === 0) return after;
    if (!this.training) return before.mul(p).add(after.mul(1 - p));
    const stays = Int32Array.from({ length: after.size }, () =>
      this.#generator.random() < p ? 1 : 0,
    );
    return where(new Tensor(stays, after.shape), before, after);
  }
}
