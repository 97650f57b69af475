/**
 * @file Threads that run a module, in a browser.
 */

import { THREAD_NAME, type ModuleThread, type ParentThread } from "./module-thread.ts";

/** Runs a module in a thread of its own. */
export function startModuleThread(module: URL): ModuleThread {
  const worker = new Worker(module, { type: "module", name: THREAD_NAME });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (receive) => {
      worker.onmessage = ({ data }) => receive(data);
    },
    onEnd: (receive) => {
      worker.onerror = ({ message }) => {
        worker.terminate();
        receive(new Error(message));
      };
    },
    // A page lives until it is closed.
    hold() {},
    release() {},
    stop: () => worker.terminate(),
  };
}

/** The thread that started this one by `startModuleThread`; null everywhere else. */
export function parentThread(): ParentThread | null {
  const { name } = globalThis as { name?: unknown };
  if (typeof document !== "undefined" || name !== THREAD_NAME) return null;
  return {
    post: (message) => globalThis.postMessage(message),
    onMessage: (receive) => {
      globalThis.onmessage = ({ data }) => receive(data);
    },
  };
}
