/**
 * @file Gradient flow while a model trains.
 */

import { ArgumentError } from "../core/errors.ts";
import type { Module } from "../nn/index.ts";
import type { FitEvent } from "../training/index.ts";
import {
  gradientFlow,
  type GradientFlow,
  type GradientFlowOptions,
  type LossOf,
} from "./gradient-flow.ts";
import { clippingWarning } from "./warnings.ts";

export interface GradientMonitorOptions extends GradientFlowOptions {
  /** Measure after every so many steps. Default: 200. */
  every?: number;
  /** The `clipNorm` that {@link fit} is given: steps with longer gradients are counted. Default: none. */
  clipNorm?: number;
  /** Called with every measure. */
  onMeasure?: (measure: GradientMeasure) => void;
}

/** One line of a {@link GradientMonitor}'s history. */
export interface GradientMeasure extends GradientFlow {
  /** Training steps done. */
  step: number;
  /** Share of the steps since the last measure that were clipped. */
  clipped: number;
}

/**
 * Measures {@link gradientFlow} every so many steps of {@link fit}, always on the same few sequences,
 * and counts the steps that were clipped: give `fit` its `onEvent`. Training is not changed by it:
 * the same weights come out, bit for bit.
 *
 * Give it few sequences: 2 to 4 show the same as a whole batch. Spectra and Jacobians are left out
 * unless asked for. With a character model (two LSTM layers of 256, batches of 32 × 64 tokens, one
 * core of an EPYC, native engine) a measure of 4 sequences took as long as 3.4 training steps: 1.7 %
 * of the time at every 200th step.
 *
 * @example
 * const rnn = new nn.RNN(3, 8, { batchFirst: true });
 * const x = randn([4, 20, 3]);
 * const loss = () => rnn.forward(x)[0].mean();
 * const monitor = new GradientMonitor(rnn, loss, { every: 5, clipNorm: 1e-3 });
 * await fit({
 *   model: rnn,
 *   optimizer: new optim.SGD(rnn.parameters(), { lr: 0.1 }),
 *   batches: new DataLoader([x], { collate: ([batch]) => batch }),
 *   loss,
 *   clipNorm: 1e-3,
 *   budget: { steps: 10 },
 *   onEvent: monitor.onEvent,
 * });
 * monitor.history.map(({ step, clipped }) => [step, clipped]); // [[5, 1], [10, 1]]
 * monitor.history[1].warnings.at(-1)!.kind; // "clipped"
 */
export class GradientMonitor {
  readonly history: GradientMeasure[] = [];
  readonly #model: Module;
  readonly #batch: LossOf;
  readonly #options: GradientMonitorOptions;
  readonly #every: number;
  #steps = 0;
  #clipped = 0;

  constructor(model: Module, batch: LossOf, options: GradientMonitorOptions = {}) {
    const { every = 200, clipNorm } = options;
    if (!(Number.isInteger(every) && every >= 1)) {
      throw new ArgumentError(
        `GradientMonitor: expected every to be a whole number of steps, got ${every}.`,
      );
    }
    if (clipNorm !== undefined && !(clipNorm > 0)) {
      throw new ArgumentError(`GradientMonitor: expected clipNorm to be above 0, got ${clipNorm}.`);
    }
    this.#model = model;
    this.#batch = batch;
    this.#options = { jacobians: false, spectra: false, ...options };
    this.#every = every;
  }

  /** For {@link fit}. A property that needs no `this`, so it can be given as it is. */
  readonly onEvent = (event: FitEvent): void => {
    if (event.type !== "step") return;
    const { clipNorm = Infinity } = this.#options;
    this.#steps++;
    if (event.gradNorm > clipNorm) this.#clipped++;
    if (event.step % this.#every === 0) this.#measure(event.step);
  };

  #measure(step: number): void {
    const { clipNorm = Infinity, onMeasure } = this.#options;
    const flow = gradientFlow(this.#model, this.#batch, this.#options);
    const clipped = this.#clipped / this.#steps;
    const warnings = [...flow.warnings, ...clippingWarning(clipped, this.#steps, clipNorm)];
    this.#steps = this.#clipped = 0;
    const measure = { ...flow, warnings, step, clipped };
    this.history.push(measure);
    onMeasure?.(measure);
  }
}
