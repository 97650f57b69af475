/**
 * @file A thread that trains: gets specifications, gives results. Started by {@link TrialPool}.
 */

import { parentPort, workerData } from "node:worker_threads";
import {
  runTrial,
  setNumThreads,
  useEngine,
  type EngineName,
  type TrialProgress,
  type TrialResult,
  type TrialSpec,
} from "unrolled";
import { createTask, type TaskSpec } from "./tasks.ts";

export interface WorkerSetup {
  task: TaskSpec;
  engine: EngineName;
}

/** From the pool: a trial to run, or null to end the one that is running. */
export type ToWorker = TrialSpec | null;

export type FromWorker =
  | { type: "progress"; progress: TrialProgress }
  | { type: "result"; result: TrialResult | null }
  | { type: "error"; message: string };

/** Twenty a second is more than anybody reads. */
const PROGRESS_EVERY_MS = 50;

const port = parentPort!;
const post = (message: FromWorker) => port.postMessage(message);
const { task: spec, engine } = workerData as WorkerSetup;

// Several trainings side by side use the cores better than one on all of them.
setNumThreads(1);
useEngine(engine);
const task = createTask(spec, { withBaselines: false });
let stop = new AbortController();

async function train(trial: TrialSpec): Promise<void> {
  stop = new AbortController();
  let last = -Infinity;
  try {
    const result = await runTrial(task, trial, {
      signal: stop.signal,
      onProgress({ step, totalSteps, loss }) {
        const now = performance.now();
        if (now - last < PROGRESS_EVERY_MS) return;
        last = now;
        post({ type: "progress", progress: { step, totalSteps, loss } });
      },
    });
    post({ type: "result", result });
  } catch (error) {
    post({ type: "error", message: error instanceof Error ? error.message : String(error) });
  }
}

port.on("message", (message: ToWorker) => {
  if (message === null) stop.abort();
  else void train(message);
});
