/**
 * @file What only Node can do. Reached as `#platform`; `browser.ts` is its twin.
 */

import { setFlagsFromString } from "node:v8";

export { readFileBytes, writeFileAtomic } from "./node-files.ts";

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
