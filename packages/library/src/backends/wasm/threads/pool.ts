/**
 * @file Threads: the batch, or the rows of a product, in as many parts as there are processors.
 *
 * Whole sequences and whole rows go to one thread each, and no sum is ever split, so the bits are
 * the same for any number of threads. Workers start when first needed, while the work goes on
 * without them; they never keep a process alive.
 */

import { startWorker } from "#platform";
import { internalError } from "../../../core/errors.ts";
import type { Heap } from "../heap.ts";
import {
  BUSY,
  END,
  FAILED,
  IDLE,
  JOB,
  SLOT_WORDS,
  START,
  STARTING,
  STATE,
  TICKET,
} from "./control.ts";
import source from "./generated/worker-source.ts";
import { kernelJob, type Job, type JobHost, type RangeKernel, type SplitKernel } from "./jobs.ts";
import { getNumThreads } from "../../thread-count.ts";
import type { WorkerData } from "./worker.ts";

/** A thread more costs about 10 µs to wake and to wait for; below this it costs more than it saves. */
const FEWEST_FLOPS = 2e6;

/** How often to look before going to sleep over it. */
const SPINS = 2000;

export class ThreadPool {
  readonly #host: JobHost;
  readonly #heap: Heap;
  readonly #module: WebAssembly.Module;
  /** One view for each worker that was started. */
  readonly #slots: Int32Array[] = [];
  /** False where workers cannot be started at all. */
  #canStart = true;

  constructor(host: JobHost & { heap: Heap }, module: WebAssembly.Module) {
    this.#host = host;
    this.#heap = host.heap;
    this.#module = module;
  }

  /**
   * Does a job for start ≤ i < end, in shares of multiples of `grain`.
   *
   * @param flops how much work it is: little stays on this thread
   * @param here does a share on this thread
   * @param describe writes the job down for the others; not called if there are none
   */
  run(
    range: { start: number; end: number; grain: number; flops: number },
    here: (start: number, end: number) => void,
    describe: () => Job,
  ): void {
    const { start, end, grain, flops } = range;
    const parts = Math.ceil((end - start) / grain);
    const shares = flops < FEWEST_FLOPS ? 1 : Math.min(getNumThreads(), parts);
    const ready = shares > 1 ? this.#readyWorkers(shares - 1) : [];
    if (ready.length === 0) {
      here(start, end);
      return;
    }
    const job = describe();
    const size = Math.ceil(parts / (ready.length + 1)) * grain;
    const busy: Int32Array[] = [];
    // The first share is this thread's own.
    for (let from = start + size; from < end; from += size) {
      const slot = ready[busy.length];
      begin(slot, job, from, Math.min(end, from + size));
      busy.push(slot);
    }
    try {
      here(start, Math.min(end, start + size));
    } finally {
      for (const slot of busy) wait(slot);
    }
    if (busy.some((slot) => slot[STATE] === FAILED)) {
      for (const slot of busy) slot[STATE] = IDLE;
      throw internalError("a worker thread failed at its part of a job");
    }
  }

  /** A kernel whose first two arguments are the range. */
  runKernel(
    name: SplitKernel,
    range: { start: number; end: number; grain: number; flops: number },
    ...args: number[]
  ): void {
    const kernel: RangeKernel = this.#host.kernels[name];
    this.run(
      range,
      (start, end) => kernel(start, end, ...args),
      () => kernelJob(name, ...args),
    );
  }

  /** How many workers wait for work. They start in the background. */
  get workersReady(): number {
    return this.#slots.filter((slot) => Atomics.load(slot, STATE) === IDLE).length;
  }

  /** Up to `count` workers that wait for work; starts what is missing, for the next time. */
  #readyWorkers(count: number): Int32Array[] {
    while (this.#canStart && this.#slots.length < count) this.#start();
    return this.#slots.slice(0, count).filter((slot) => Atomics.load(slot, STATE) === IDLE);
  }

  #start(): void {
    const { memory } = this.#heap;
    const privateBytes = this.#host.kernels.PRIVATE_BYTES.value as number;
    const slot = this.#heap.allocate(SLOT_WORDS * 4);
    const data: WorkerData = {
      module: this.#module,
      memory,
      slot,
      privateRegion: this.#heap.allocate(privateBytes),
    };
    const words = new Int32Array(memory.buffer, slot, SLOT_WORDS).fill(STARTING);
    this.#canStart = startWorker(source, data);
    if (this.#canStart) this.#slots.push(words);
    else for (const ptr of [slot, data.privateRegion]) this.#heap.release(ptr);
  }
}

function begin(slot: Int32Array, job: Job, start: number, end: number): void {
  slot[START] = start;
  slot[END] = end;
  slot.set(job, JOB);
  Atomics.store(slot, STATE, BUSY);
  Atomics.add(slot, TICKET, 1);
  Atomics.notify(slot, TICKET);
}

function wait(slot: Int32Array): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(slot, STATE) !== BUSY) return;
  while (Atomics.load(slot, STATE) === BUSY) {
    try {
      Atomics.wait(slot, STATE, BUSY, 1000);
    } catch {
      // A page's main thread must not sleep; it looks again instead.
    }
  }
}
