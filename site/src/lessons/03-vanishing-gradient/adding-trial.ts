/**
 * @file A network learns the adding problem, step by step: what experiments 3D and 3F share.
 *
 * T random numbers, two of them marked, one in each half; the answer after the last is their sum.
 * Always answering 1 has a mean squared error of 1/6.
 */

import {
  addingProblem,
  manualSeed,
  nn,
  noGrad,
  optim,
  RandomGenerator,
  type Tensor,
} from "unrolled";

/** What always answering 1 scores. */
export const NO_MEMORY = 1 / 6;
/** A tenth of that: by then a network adds both numbers. */
export const LEARNED = NO_MEMORY / 10;

const BATCH = 32;
const TESTS = 250;
/** Test sequences are the same for all, and come from a seed that no knob has. */
const TEST_SEED = 2 ** 31 + 1;

/** Features of every layer here. */
export const HIDDEN = 32;

/** A recurrent layer, batch first, with 2 features in and HIDDEN out. */
interface Layer extends nn.Module {
  forward(input: Tensor): [output: Tensor, ...rest: unknown[]];
}

export interface AddingTrialOptions {
  length: number;
  createLayer: () => Layer;
  lr: number;
  /** The longest gradient. Default: no limit. */
  clipNorm?: number;
  seed: number;
}

export class AddingTrial {
  /** How many steps had a gradient longer than `clipNorm`. */
  clippedSteps = 0;
  readonly #task: ReturnType<typeof addingProblem>;
  readonly #layer: Layer;
  readonly #head: nn.Linear;
  readonly #parameters: nn.Parameter[];
  readonly #optimizer: optim.Adam;
  readonly #generator: RandomGenerator;
  readonly #clipNorm: number;
  readonly #test: { input: Tensor; targets: Tensor };

  constructor({ length, createLayer, lr, clipNorm = Infinity, seed }: AddingTrialOptions) {
    manualSeed(seed);
    this.#task = addingProblem({ length });
    this.#layer = createLayer();
    this.#head = new nn.Linear(HIDDEN, 1);
    this.#parameters = [...this.#layer.parameters(), ...this.#head.parameters()];
    this.#optimizer = new optim.Adam(this.#parameters, { lr });
    this.#generator = new RandomGenerator(seed);
    this.#clipNorm = clipNorm;
    this.#test = this.#task.batch(TESTS, new RandomGenerator(TEST_SEED));
  }

  /** One step of training. */
  step(): void {
    const { input, targets } = this.#task.batch(BATCH, this.#generator);
    const loss = nn.mseLoss(this.#answers(input), targets);
    this.#optimizer.zeroGrad();
    loss.backward();
    const norm = nn.utils.clipGradNorm(this.#parameters, this.#clipNorm);
    if (norm > this.#clipNorm) this.clippedSteps++;
    this.#optimizer.step();
  }

  /** The mean squared error on sequences that no training sees. */
  score(): number {
    const { input, targets } = this.#test;
    return noGrad(() => nn.mseLoss(this.#answers(input), targets).item());
  }

  /** [batch, T, 2] → [batch, 1] */
  #answers(input: Tensor): Tensor {
    const [output] = this.#layer.forward(input); //  [batch, T, HIDDEN]
    return this.#head.forward(output.select(1, -1));
  }
}
