/**
 * @file A module with a data set, as the threads of `threads.test.ts` run it.
 */

import { threadId } from "node:worker_threads";
import { collateStacked, rand, serveBatches, tensor, type Dataset } from "unrolled";

export interface Batch {
  values: ReturnType<typeof tensor>;
  /** Drawn in the thread. */
  noise: number;
  thread: number;
}

export const dataset: Dataset<number> = {
  length: 23,
  at(index) {
    if (process.env.FAULT === "bad" && index === 13) throw new Error("a bad file");
    if (process.env.FAULT === "exit" && index === 13) process.exit(1);
    return 10 * index;
  },
};

export const collate = (items: number[]): Batch => ({
  values: collateStacked(items),
  noise: rand([1]).item(),
  thread: threadId,
});

serveBatches(dataset, { collate });
