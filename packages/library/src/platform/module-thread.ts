/**
 * @file What Node's and the browser's module threads have in common.
 */

/** A thread that runs a module, seen from the one that started it. */
export interface ModuleThread {
  post(message: object): void;
  onMessage(receive: (message: unknown) => void): void;
  /** Called once, when the thread has ended: by an error, or `null` for any other reason. */
  onEnd(receive: (error: Error | null) => void): void;
  /** Keep the program alive from now on; a new thread does not. */
  hold(): void;
  release(): void;
  stop(): void;
}

/** The thread that started this one. */
export interface ParentThread {
  post(message: object): void;
  onMessage(receive: (message: unknown) => void): void;
}

/** Tells a thread started here from the program's own. */
export const THREAD_NAME = "unrolled-module-thread";
