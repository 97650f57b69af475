/**
 * @file What only Node can do. Reached as `#platform`; `browser.ts` is its twin.
 */

import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";

export type { ModuleThread } from "./module-thread.ts";
export { readFileBytes, readFileChunks, writeFileAtomic } from "./node-files.ts";
export { parentThread, startModuleThread } from "./node-threads.ts";

/**
 * Lets V8 compile relaxed SIMD. Node 20 has it behind a flag that can still be set before the first
 * compilation; later versions have it without, and complain about a flag they no longer know.
 */
export function enableRelaxedSimd(): void {
  if (Number.parseInt(process.versions.node, 10) < 22) {
    setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
}

/** Lets timers, signals and screens have their turn, then goes on. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A setting from outside the program, such as `UNROLLED_ENGINE`. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** A package that is used where it is installed; null where it is not. Throws if it cannot start. */
export function optionalPackage(name: string): unknown {
  const require = createRequire(import.meta.url);
  try {
    require.resolve(name);
  } catch {
    return null;
  }
  return require(name);
}

/** How many threads run at the same time. */
export function processorCount(): number {
  return availableParallelism();
}

/**
 * Runs a script that defines `serve(data)` in a thread of its own, which ends with the process and
 * does not keep it alive. Answers whether threads can be started here.
 */
export function startWorker(source: string, data: object): boolean {
  const start = "serve(require('node:worker_threads').workerData);";
  try {
    // Without the program's own options: with --input-type=module this would not be a script.
    new Worker(`${source}\n${start}`, { eval: true, execArgv: [], workerData: data }).unref();
    return true;
  } catch {
    return false;
  }
}

/** What kind of machine this is, in Node's words: `linux`, `darwin`, `win32`; `x64`, `arm64`. */
export function host(): { platform: string; arch: string } {
  return { platform: process.platform, arch: process.arch };
}
