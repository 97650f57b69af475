/**
 * @file A program that loads batches in threads, for `threads.test.ts`: node main.ts <number of threads> …
 */

import { AsyncDataLoader, DataError, RandomGenerator, Tensor } from "unrolled";
import { collate, dataset } from "./data.ts";

const results: unknown[] = [];
for (const count of process.argv.slice(2).map(Number)) {
  const silent = process.env.FAULT === "silent";
  const module = new URL(silent ? "./silent.ts" : "./data.ts", import.meta.url);
  const loader = new AsyncDataLoader(dataset, {
    batchSize: 4,
    shuffle: true,
    collate,
    generator: new RandomGenerator(1),
    prefetch: 3,
    workers: count > 0 ? { module, count } : undefined,
  });

  const batches: unknown[] = [];
  const threads = new Set<number>();
  let failure: unknown = null;
  try {
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const { values, noise, thread } of loader) {
        threads.add(thread);
        batches.push({ values: values.toArray(), noise, isTensor: values instanceof Tensor });
        if (process.env.FAULT === "leave") break;
      }
    }
  } catch (error) {
    const { message } = error as Error;
    failure = { message, index: error instanceof DataError ? error.index : null };
  }
  results.push({ batches, threads: [...threads], failure });
}
// No close, no exit: the program ends by itself.
console.log(JSON.stringify(results));
