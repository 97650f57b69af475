/**
 * @file The folder `checkpoint/` in a model directory, while a run is under way.
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { explain } from "../errors.ts";
import { CHECKPOINT, formatMetrics, METRICS, RUN } from "../files/model-directory.ts";
import { writeWhole } from "../files/write.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { MetricsLog } from "./metrics-log.ts";
import type { RunSettings } from "./run-settings.ts";

/** Notes how the run is set up. What another run has left there must not be taken for its part. */
export function startCheckpoints(directory: string, settings: RunSettings): void {
  removeCheckpoints(directory);
  writeWhole(join(directory, RUN), `${JSON.stringify(settings, null, 2)}\n`);
}

/**
 * Checkpoints come and go: one that cannot be written is no reason to give up a run that may end
 * well, unless it is the one that the user waits for.
 */
export function saveCheckpoint(
  terminal: Terminal,
  directory: string,
  bytes: Uint8Array,
  log: MetricsLog,
  isLast: boolean,
): void {
  try {
    writeWhole(join(directory, "checkpoint", METRICS), formatMetrics(log.lines));
    writeWhole(join(directory, CHECKPOINT), bytes);
  } catch (error) {
    if (isLast) throw error;
    const { message } = explain(error);
    terminal.note(`The checkpoint could not be saved; training goes on. ${message}`);
    terminal.event({ type: "warning", message });
  }
}

export function removeCheckpoints(directory: string): void {
  rmSync(join(directory, "checkpoint"), { recursive: true, force: true });
}
