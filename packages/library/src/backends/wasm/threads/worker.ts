/**
 * @file A worker: waits for a ticket, does its share of the job, says so, and waits again.
 *
 * Bundled into a string (`scripts/build.mjs`), so that no host has to find a file of its own.
 */

import type { Kernels } from "@unrolled/kernels";
import { BUSY, END, FAILED, IDLE, JOB, SLOT_WORDS, START, STATE, TICKET } from "./control.ts";
import { runJob } from "./jobs.ts";

export interface WorkerData {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Where this worker's slot stands. */
  slot: number;
  /** Memory of its own for the kernels. */
  privateRegion: number;
}

/** Never returns: the thread ends with the process, or with the page. */
export function serve({ module, memory, slot, privateRegion }: WorkerData): void {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = instance.exports as unknown as Kernels;
  kernels.usePrivateRegion(privateRegion);
  const words = new Int32Array(memory.buffer, slot, SLOT_WORDS);
  const heap = { i32: new Int32Array(memory.buffer) };

  let ticket = Atomics.load(words, TICKET);
  finish(words, IDLE);
  for (;;) {
    Atomics.wait(words, TICKET, ticket);
    ticket = Atomics.load(words, TICKET);
    if (Atomics.load(words, STATE) !== BUSY) continue;
    if (heap.i32.length * 4 < memory.buffer.byteLength) heap.i32 = new Int32Array(memory.buffer);
    try {
      runJob({ kernels, heap }, words.subarray(JOB), words[START], words[END]);
      finish(words, IDLE);
    } catch {
      finish(words, FAILED);
    }
  }
}

function finish(words: Int32Array, state: number): void {
  Atomics.store(words, STATE, state);
  Atomics.notify(words, STATE);
}
