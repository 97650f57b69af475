/**
 * @file Where a training loop gets its batches from, and how it finds its place again.
 */

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a {@link BatchSource} gives. */
export interface NextBatch<Batch> {
  batch: Batch;
  startsEpoch: boolean;
}

/**
 * Batches without end, epoch after epoch, from a place that can be saved and found again, such as a
 * {@link DataLoader}.
 */
export interface BatchSource<Batch> {
  readonly batchesPerEpoch: number;

  /** `startsEpoch`: the sequences begin anew, so no state is carried into this batch. */
  next(): NextBatch<Batch>;

  getPosition(): Json;
  setPosition(position: Json): void;
}

/** A source whose batches take time to come: an {@link AsyncDataLoader} or a {@link StreamLoader}. */
export interface AsyncBatchSource<Batch> extends Omit<BatchSource<Batch>, "next"> {
  next(): Promise<NextBatch<Batch>>;
}
