/**
 * @file Where a training loop gets its batches from, and how it finds its place again.
 */

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Batches without end, epoch after epoch, from a place that can be saved and found again. */
export interface BatchSource<Batch> {
  readonly batchesPerEpoch: number;

  /** `startsEpoch`: the sequences begin anew, so no state is carried into this batch. */
  next(): { batch: Batch; startsEpoch: boolean };

  getPosition(): Json;
  setPosition(position: Json): void;
}
