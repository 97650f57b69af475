/**
 * @file What a comparison found, as plain data: `JSON.stringify` keeps all of it.
 */

import type { Estimate } from "../metrics/confidence-intervals.ts";
import type { CellName } from "./cells.ts";
import type { Difference } from "./differences.ts";
import type { SizedCell } from "./sizes.ts";
import type { Speed } from "./speed.ts";
import type { ComparableTask } from "./task.ts";
import type { TrialResult } from "./trial.ts";

/** A run is solved from this share of right answers on; so is a lag. */
export const SOLVED = 0.9;

export interface ComparisonResult {
  formatVersion: 1;
  task: Pick<ComparableTask, "name" | "score" | "baselines" | "items"> & { lag: number | null };
  settings: {
    cells: CellName[];
    seeds: number[];
    /** What learning rates were chosen with. */
    tuningSeed: number;
    hiddenSize: number;
    steps: number;
    lrs: number[];
    engine: string;
    /** Of the measured times. */
    threads: number;
  };
  entries: ComparedCell[];
  /** Pair by pair, by budget. Empty with fewer than two seeds. */
  differences: Difference[];
  /** `"signal"`: it was ended early, and holds what was finished. */
  stoppedBy: "end" | "signal";
  seconds: number;
}

/** One cell at one size. */
export interface ComparedCell extends SizedCell {
  gates: number;
  /** The chosen learning rate; null before it was. */
  lr: number | null;
  tuning: TrialResult[];
  /** By seed, in the order of the settings. */
  runs: TrialResult[];
  /** Mean over the seeds with its 95 % interval (equal to the mean where there is one seed). */
  score: Estimate | null;
  /** Runs with at least 90 % of the answers right; null for tasks without such a thing. */
  solved: { runs: number; of: number } | null;
  memorySpan: MemorySpan | null;
  speed: Speed | null;
  memory: TrainingMemory;
}

/**
 * The longest lag at which at least 90 % of the answers are right, as a mean over the seeds, each
 * trained at that lag.
 */
export interface MemorySpan {
  /** 0: at none of those that were tried. */
  longest: number;
  /** Whether a longer one was tried, and failed. */
  isBounded: boolean;
  /** Whether there was time for all that had to be tried. */
  isComplete: boolean;
  /** Longest first. */
  tried: { lag: number; lr: number; successRate: number; runs: TrialResult[] }[];
}

/** Bytes that training needs, counted and not measured. */
export interface TrainingMemory {
  /** Weights, their gradients and AdamW's two running means: 4 · 4 bytes each. */
  parameters: number;
  /** What a step keeps of the recurrent layer for its backward pass; null where nobody counts. */
  activations: number | null;
}
