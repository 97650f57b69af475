/**
 * @file Every experiment of the course, by chapter and letter. Each is loaded when it is asked for,
 * so that a page without experiments does not carry them.
 */

import { ArgumentError } from "unrolled";
import type { Experiment } from "./experiment.ts";

const EXPERIMENTS: Readonly<Record<string, () => Promise<{ experiment: Experiment }>>> = {
  "3A": () => import("../lessons/03-vanishing-gradient/3a-vanishing.ts"),
  "3B": () => import("../lessons/03-vanishing-gradient/3b-eigenvalue-rule.ts"),
  "3C": () => import("../lessons/03-vanishing-gradient/3c-cliff.ts"),
  "1A": () => import("../lessons/01-introduction/1a-window-or-memory.ts"),
  "1B": () => import("../lessons/01-introduction/1b-order.ts"),
  "1C": () => import("../lessons/01-introduction/1c-sharing.ts"),
  "1D": () => import("../lessons/01-introduction/1d-position.ts"),
  "1E": () => import("../lessons/01-introduction/1e-two-banks.ts"),
  "2A": () => import("../lessons/02-recurrent-networks/2a-the-cell.ts"),
  "2B": () => import("../lessons/02-recurrent-networks/2b-bptt.ts"),
  "2C": () => import("../lessons/02-recurrent-networks/2c-character-model.ts"),
  "2D": () => import("../lessons/02-recurrent-networks/2d-four-variants.ts"),
  "2E": () => import("../lessons/02-recurrent-networks/2e-both-directions.ts"),
  "2F": () => import("../lessons/02-recurrent-networks/2f-truncated-bptt.ts"),
  "3D": () => import("../lessons/03-vanishing-gradient/3d-remedies.ts"),
  "3E": () => import("../lessons/03-vanishing-gradient/3e-detector.ts"),
  "3F": () => import("../lessons/03-vanishing-gradient/3f-length-sweep.ts"),
  "4A": () => import("../lessons/04-lstm-and-gru/4a-one-step.ts"),
  "4B": () => import("../lessons/04-lstm-and-gru/4b-forget-bias.ts"),
  "4C": () => import("../lessons/04-lstm-and-gru/4c-interpretable-cells.ts"),
  "4D": () => import("../lessons/04-lstm-and-gru/4d-comparison.ts"),
  "4E": () => import("../lessons/04-lstm-and-gru/4e-two-conventions.ts"),
  "4F": () => import("../lessons/04-lstm-and-gru/4f-attention.ts"),
};

export const EXPERIMENT_IDS = Object.keys(EXPERIMENTS).sort();

/** The experiment of this name, such as `"3A"`; small letters do as well. */
export async function loadExperiment(id: string): Promise<Experiment> {
  const load = EXPERIMENTS[id.toUpperCase()];
  if (!load) {
    throw new ArgumentError(
      `There is no experiment "${id}". The course has ${EXPERIMENT_IDS.join(", ")}.`,
    );
  }
  return (await load()).experiment;
}

export * from "./experiment.ts";
export { formatNumber, formatPower, formatRange } from "./format-number.ts";
export * from "./plot.ts";
export * from "./stored-result.ts";
export { runExperiment, settingsFor, type RunOptions } from "./run-experiment.ts";
