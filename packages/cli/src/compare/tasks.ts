/**
 * @file The tasks that `unrolled compare` knows, and how each is made, here and in its workers.
 */

import {
  addingProblem,
  copyMemory,
  delayedRecall,
  dyck2,
  memoryComparison,
  parity,
  temporalOrder,
  type ComparableTask,
  type MemoryTask,
} from "unrolled";
import {
  prepareText,
  textBaselines,
  textComparison,
  textConfig,
  type TextConfig,
} from "unrolled/tasks/text";

interface BuiltInTask {
  create: (lag: number) => MemoryTask;
  /** What is asked where nobody says how far back. */
  lag: number;
}

/** Memory tasks by the name that stands behind `--task`. */
export const BUILT_IN: Readonly<Record<string, BuiltInTask>> = {
  adding: { create: (lag) => addingProblem({ lag }), lag: 100 },
  "copy-memory": { create: (lag) => copyMemory({ lag }), lag: 30 },
  "temporal-order": { create: (lag) => temporalOrder({ lag }), lag: 100 },
  "delayed-recall": { create: (lag) => delayedRecall({ lag }), lag: 100 },
  parity: { create: (lag) => parity({ lag, answers: "every" }), lag: 20 },
  dyck2: { create: (lag) => dyck2({ lag }), lag: 30 },
};

/** What a worker needs to make the same task; plain data. */
export type TaskSpec =
  | { task: "memory"; name: string; lag: number }
  | { task: "text"; text: string; config: Partial<TextConfig> };

/** The task. Baselines of a text take seconds to count, and workers need none. */
export function createTask(spec: TaskSpec, { withBaselines }: { withBaselines: boolean }) {
  if (spec.task === "memory") {
    return memoryComparison(BUILT_IN[spec.name].create, spec.lag) as ComparableTask;
  }
  const data = prepareText(spec.text, textConfig(spec.config));
  const baselines = withBaselines ? textBaselines(data, { orders: [1, 2, 5] }) : [];
  return textComparison(data, baselines, spec.config) as ComparableTask;
}
