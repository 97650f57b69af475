/**
 * @file Ctrl-C: the first one asks the work to stop, the second ends the process at once.
 */

import { INTERRUPTED } from "../errors.ts";
import type { Terminal } from "./terminal.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs `work` with a signal that the first Ctrl-C (or SIGTERM) aborts. */
export async function interruptible<T>(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const handle = () => {
    terminal.live("");
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    terminal.note("Stopping after this step. Press Ctrl-C again to quit at once.");
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, handle);
  }
}
