/**
 * @file What only Node can do, where there is no Node. Reached as `#platform`; see `node.ts`.
 */

export { readFileBytes, writeFileAtomic } from "./browser-files.ts";

/** Browsers have relaxed SIMD or they do not; there is nothing to switch on. */
export function enableRelaxedSimd(): void {}

/** Lets events and painting have their turn, then goes on. A timer would wait at least 4 ms. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** A page has no environment; settings come through the API. */
export function environmentVariable(_name: string): string | undefined {
  return undefined;
}
