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
  readonly array: NumericArray;
  version = 0;
  exposed = false;

  constructor(array: NumericArray) {
    this.array = array;
  }

  changed(): void {
    this.version++;
  }
}
