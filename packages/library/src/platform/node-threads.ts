/**
 * @file Threads that run a module, in Node.
 */

import { parentPort, Worker, workerData } from "node:worker_threads";
import { THREAD_NAME, type ModuleThread, type ParentThread } from "./module-thread.ts";

/** Runs a module in a thread of its own, with the flags of this process. */
export function startModuleThread(module: URL): ModuleThread {
  const worker = new Worker(module, { workerData: THREAD_NAME });
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (receive) => worker.on("message", receive),
    onEnd(receive) {
      let failure: Error | null = null;
      worker.on("error", (error: Error) => (failure = error));
      worker.on("exit", () => receive(failure));
    },
    hold: () => worker.ref(),
    release: () => worker.unref(),
    stop: () => void worker.terminate(),
  };
}

/** The thread that started this one by `startModuleThread`; null everywhere else. */
export function parentThread(): ParentThread | null {
  const port = parentPort;
  if (!port || workerData !== THREAD_NAME) return null;
  return {
    post: (message) => port.postMessage(message),
    onMessage: (receive) => port.on("message", receive),
  };
}
