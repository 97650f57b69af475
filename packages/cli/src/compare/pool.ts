/**
 * @file Trainings side by side, one to a core, each in a thread of its own.
 */

import { Worker } from "node:worker_threads";
import type { TrialOptions, TrialResult, TrialSpec, TrialWorkers } from "unrolled";
import { FailureError } from "../errors.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./worker.ts";

/** Where the build puts worker.ts, seen from the built command. */
const WORKER = new URL("./compare/worker.js", import.meta.url);

export class TrialPool implements TrialWorkers {
  readonly count: number;
  readonly #setup: WorkerSetup;
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];

  constructor(count: number, setup: WorkerSetup) {
    this.count = count;
    this.#setup = setup;
  }

  async run(spec: TrialSpec, { signal, onProgress }: TrialOptions): Promise<TrialResult | null> {
    const worker = this.#idle.pop() ?? this.#start();
    const post = (message: ToWorker) => worker.postMessage(message);
    const stop = () => post(null);
    const listeners = new AbortController();
    try {
      return await new Promise<TrialResult | null>((resolve, reject) => {
        const listen = <T>(event: string, handle: (value: T) => void) => {
          worker.on(event, handle);
          listeners.signal.addEventListener("abort", () => worker.off(event, handle));
        };
        listen("message", (message: FromWorker) => {
          if (message.type === "progress") onProgress?.(message.progress);
          else if (message.type === "result") resolve(message.result);
          else reject(new FailureError(message.message));
        });
        listen("error", reject);
        listen("exit", () =>
          reject(new FailureError("A training thread ended. Was there enough memory?")),
        );
        signal?.addEventListener("abort", stop);
        post(spec);
      });
    } finally {
      signal?.removeEventListener("abort", stop);
      listeners.abort();
      this.#idle.push(worker);
    }
  }

  #start(): Worker {
    const worker = new Worker(WORKER, { workerData: this.#setup });
    this.#all.push(worker);
    return worker;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }
}
