/**
 * @file Threads that make batches. Each runs the module that has the data set, which answers through
 * {@link serveBatches}; what travels is the indices of a batch one way and the batch the other.
 */

import { parentThread, startModuleThread, type ModuleThread } from "#platform";
import { checkSize, DataError, UnrolledError } from "../core/errors.ts";
import { manualSeed } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { makeBatch } from "./make-batch.ts";

export interface WorkerOptions {
  /** The module that calls {@link serveBatches}: `new URL("./my-data.ts", import.meta.url)`. */
  module: URL;
  /** How many threads. Default: 1. */
  count?: number;
}

interface Request {
  id: number;
  indices: Int32Array;
  seed: number;
}

interface Reply {
  id: number;
  batch?: unknown;
  error?: { message: string; index: number | null };
}

interface Waiting {
  thread: ModuleThread;
  resolve: (batch: unknown) => void;
  reject: (error: Error) => void;
}

export class BatchThreads {
  readonly #module: URL;
  readonly #count: number;
  #threads: ModuleThread[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;

  constructor({ module, count = 1 }: WorkerOptions) {
    checkSize("AsyncDataLoader", "workers.count", count);
    this.#module = module;
    this.#count = count;
  }

  /** The batch of these indices, from the thread whose turn it is. */
  request(indices: Int32Array, seed: number): Promise<unknown> {
    if (this.#threads.length === 0) this.#start();
    const id = this.#requests++;
    const thread = this.#threads[id % this.#threads.length];
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { thread, resolve, reject });
      thread.post({ id, indices: indices.slice(), seed } satisfies Request);
    });
  }

  /** Only while a batch is waited for do the threads keep the program alive. */
  async waitFor<Batch>(batch: Promise<Batch>): Promise<Batch> {
    for (const thread of this.#threads) thread.hold();
    try {
      return await batch;
    } finally {
      for (const thread of this.#threads) thread.release();
    }
  }

  close(): void {
    for (const thread of this.#threads) thread.stop();
    this.#threads = [];
  }

  #start(): void {
    this.#threads = Array.from({ length: this.#count }, () => {
      const thread = startModuleThread(this.#module);
      thread.onMessage((reply) => this.#receive(reply as Reply));
      thread.onEnd((error) => this.#giveUpOn(thread, error));
      return thread;
    });
  }

  #receive({ id, batch, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!error) waiting?.resolve(unpack(batch));
    else if (error.index !== null) waiting?.reject(new DataError(error.message, error.index));
    else waiting?.reject(new UnrolledError(error.message));
  }

  #giveUpOn(ended: ModuleThread, error: Error | null): void {
    this.#threads = this.#threads.filter((thread) => thread !== ended);
    for (const [id, { thread, reject }] of this.#waiting) {
      if (thread !== ended) continue;
      this.#waiting.delete(id);
      reject(
        new UnrolledError(
          `AsyncDataLoader: a thread that ran ${this.#module.href} ended before it gave its batch` +
            (error ? `: ${error.message}` : ". Does the module call serveBatches?"),
          { cause: error },
        ),
      );
    }
  }
}

/**
 * Makes batches for an {@link AsyncDataLoader} that runs this module in its threads. Everywhere else
 * it does nothing, so a module that has a data set can call it and be imported as any other:
 *
 *     // my-data.ts
 *     export const dataset = …;
 *     export const collate = …;
 *     serveBatches(dataset, { collate });
 *
 *     // train.ts, which imports both
 *     const module = new URL("./my-data.ts", import.meta.url);
 *     const loader = new AsyncDataLoader(dataset, { collate, workers: { module, count: 2 } });
 *
 * Batches may hold tensors, and whatever else can be cloned (functions and objects of classes of
 * one's own cannot). The library's own generator starts from a new seed with every batch, so what
 * is drawn on the way does not depend on the number of threads.
 *
 * @example
 * serveBatches(["a", "b"]); // does nothing here: this is no thread of a loader
 */
export function serveBatches<Item>(
  dataset: Dataset<Item | Promise<Item>>,
  { collate = (items) => items }: { collate?: (items: Item[]) => unknown } = {},
): void {
  const parent = parentThread();
  if (!parent) return;

  // One after the other: the seed belongs to one batch at a time.
  let last = Promise.resolve();
  parent.onMessage((message) => {
    last = last.then(() => answer(message as Request));
  });

  async function answer({ id, indices, seed }: Request): Promise<void> {
    try {
      manualSeed(seed);
      const batch = pack(await makeBatch(dataset, indices, collate));
      parent!.post({ id, batch } satisfies Reply);
    } catch (error) {
      // Also of a batch that cannot be cloned.
      const message = error instanceof Error ? error.message : String(error);
      const index = error instanceof DataError ? error.index : null;
      parent!.post({ id, error: { message, index } } satisfies Reply);
    }
  }
}

/** How a tensor travels: cloning would take away its class. */
interface PackedTensor {
  packedTensor: true;
  shape: readonly number[];
  array: Tensor["storage"]["array"];
}

function pack(value: unknown): unknown {
  if (value instanceof Tensor) {
    const { shape, storage } = value;
    return { packedTensor: true, shape, array: storage.array } satisfies PackedTensor;
  }
  return mapParts(value, pack);
}

function unpack(value: unknown): unknown {
  if (isPlainObject(value) && value.packedTensor === true) {
    const { shape, array } = value as unknown as PackedTensor;
    return new Tensor(array, shape);
  }
  return mapParts(value, unpack);
}

/** Arrays and plain objects with their parts changed; anything else as it is. */
function mapParts(value: unknown, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, change(part)]));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
