/**
 * @file How long a task trains and who is told: what its training function takes besides the data and
 * the configuration. Checkpoints are bytes here, whatever a {@link Snapshot} holds.
 */

import type { Budget, FitEvent, FitOptions } from "./fit.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";

export interface TaskRunOptions {
  budget: Budget;
  onEvent?: (event: FitEvent) => void;
  /** Aborting it ends the run after the step in progress, with a checkpoint. */
  signal?: AbortSignal;
  checkpoint?: { everySeconds: number; save: (bytes: Uint8Array) => void };
  /** A checkpoint's bytes. */
  resume?: Uint8Array;
  /** Stop after this many validations without a better one. Default: never. */
  patience?: number;
}

/**
 * The same as {@link fit} takes it.
 *
 * @throws FormatError if `resume` is no checkpoint
 *
 * @example
 * const kept: Uint8Array[] = [];
 * const saved = { everySeconds: 30, save: (bytes: Uint8Array) => kept.push(bytes) };
 * const { budget, checkpoint } = taskRun({ budget: { steps: 100 }, checkpoint: saved });
 * [budget, checkpoint?.everySeconds]; // [{ steps: 100 }, 30]
 */
export function taskRun({
  budget,
  onEvent,
  signal,
  checkpoint,
  resume,
  patience,
}: TaskRunOptions): Pick<FitOptions<unknown>, keyof TaskRunOptions> {
  return {
    budget,
    onEvent,
    signal,
    patience,
    checkpoint: checkpoint && {
      everySeconds: checkpoint.everySeconds,
      save: (snapshot) => checkpoint.save(encodeSnapshot(snapshot)),
    },
    resume: resume && decodeSnapshot(resume, "checkpoint"),
  };
}
