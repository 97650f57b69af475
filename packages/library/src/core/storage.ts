/**
 * @file The memory behind a tensor: shared by the tensor and its reshaped views.
 */

import type { NumericArray } from "./dtype.ts";

/**
 * An array and what an engine must know before it keeps a copy of it, such as packed weights.
 *
 * A copy is good while `version` stands still. Whoever changes the array in place calls
 * {@link changed}. A user who has asked for `tensor.data` may write to it at any time, so from
 * then on the array is `exposed` and no copy of it is trusted.
 */
export class Storage {
  /** How many numbers these are. */
  readonly length: number;
  version = 0;
  exposed = false;
  #numbers: NumericArray;

  /** With `length`, the one number given stands for so many of them: see {@link brief}. */
  constructor(numbers: NumericArray, length = numbers.length) {
    this.#numbers = numbers;
    this.length = length;
  }

  get array(): NumericArray {
    if (this.#numbers.length !== this.length) this.#numbers = repeated(this.#numbers, this.length);
    return this.#numbers;
  }

  /**
   * The array; or a single number, where all are that one and nobody has needed the array yet. The
   * gradient of every sum over all elements begins so, and many operations need no more of it.
   */
  get brief(): NumericArray {
    return this.#numbers;
  }

  changed(): void {
    this.version++;
  }
}

function repeated(one: NumericArray, length: number): NumericArray {
  const array = new (one.constructor as new (length: number) => NumericArray)(length);
  return array.fill(one[0]);
}
