/**
 * @file Ctrl-C: the first one asks the work to stop, the second ends the process at once.
 */

import type { Terminal } from "./terminal.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Under npx one Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const SAME_PRESS_MS = 300;

/** Runs `work` with a signal that the first Ctrl-C (or SIGTERM) aborts. */
export async function interruptible<T>(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let first: { signal: NodeJS.Signals; at: number } | null = null;
  const handle = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (first === null) {
      first = { signal, at: now };
      controller.abort();
      terminal.live("");
      terminal.note("Stopping after this step. Press Ctrl-C again to quit at once.");
    } else if (signal !== first.signal || now - first.at > SAME_PRESS_MS) {
      terminal.live("");
      stopListening();
      // Nobody listens any more, so the system ends the process, threads in native code and all.
      process.kill(process.pid, signal);
    }
  };
  const stopListening = () => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  try {
    return await work(controller.signal);
  } finally {
    stopListening();
  }
}
