/**
 * @file Averages of numbers that arrive one by one.
 */

import { ArgumentError } from "../core/errors.ts";

/**
 * mean = Σ weight·value / Σ weight, such as the loss per token over batches of different sizes.
 * NaN before the first value.
 *
 * @example
 * const loss = new RunningMean();
 * loss.add(2.0, 64);
 * loss.add(1.0, 192);
 * loss.value; // 1.25
 */
export class RunningMean {
  #sum = 0;
  #weight = 0;

  /** `weight` is how many things `value` is the mean of. */
  add(value: number, weight = 1): void {
    if (!(weight >= 0)) {
      throw new ArgumentError(`RunningMean.add: expected a weight of at least 0, got ${weight}.`);
    }
    this.#sum += weight * value;
    this.#weight += weight;
  }

  get value(): number {
    return this.#sum / this.#weight;
  }

  /** Σ weight so far. */
  get weight(): number {
    return this.#weight;
  }

  /** Forgets everything. */
  reset(): void {
    this.#sum = 0;
    this.#weight = 0;
  }
}

/**
 * average ← decay·average + (1 − decay)·value, divided by 1 − decayⁿ so that the first values are
 * not drawn towards 0 (Kingma and Ba 2015, arXiv:1412.6980, section 3). NaN before the first value.
 *
 * Looks back over about 1 / (1 − decay) values: a loss curve one can read.
 *
 * @example
 * const smooth = new MovingAverage(0.9);
 * smooth.add(4); // 4
 * smooth.add(2).toFixed(4); // "2.9474"
 */
export class MovingAverage {
  readonly decay: number;
  #average = 0;
  #bias = 1; // decayⁿ

  constructor(decay = 0.98) {
    if (!(decay >= 0 && decay < 1)) {
      throw new ArgumentError(`MovingAverage: expected 0 ≤ decay < 1, got ${decay}.`);
    }
    this.decay = decay;
  }

  /** Takes in `value` and gives the average with it. */
  add(value: number): number {
    this.#average = this.decay * this.#average + (1 - this.decay) * value;
    this.#bias *= this.decay;
    return this.value;
  }

  get value(): number {
    return this.#average / (1 - this.#bias);
  }
}
