/**
 * @file What only Node can do, where there is no Node. Reached as `#platform`; see `node.ts`.
 */

export { readFileBytes, readFileChunks, writeFileAtomic } from "./browser-files.ts";
export { parentThread, startModuleThread } from "./browser-threads.ts";
export type { ModuleThread } from "./module-thread.ts";

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

/** What is optional is for Node alone. */
export function optionalPackage(_name: string): unknown {
  return null;
}

/** How many threads run at the same time; 1 where a page may not share memory with workers. */
export function processorCount(): number {
  return globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1;
}

/**
 * Runs a script that defines `serve(data)` in a thread of its own. Answers whether threads can be
 * started here.
 */
export function startWorker(source: string, data: object): boolean {
  const start = "onmessage = (event) => serve(event.data);";
  const url = URL.createObjectURL(new Blob([`${source}\n${start}`], { type: "text/javascript" }));
  try {
    new Worker(url).postMessage(data);
    return true;
  } catch {
    return false;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A browser does not tell, and nothing here needs to know. */
export function host(): { platform: string; arch: string } {
  return { platform: "browser", arch: "unknown" };
}
