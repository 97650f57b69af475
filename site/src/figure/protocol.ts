/** @file What a figure and its worker say to one another. */

import type { Findings } from "../experiments/experiment.ts";

export type Values = Readonly<Record<string, number | string>>;

export type ToWorker =
  | { type: "run"; job: number; id: string; settings: Values }
  /** Go on: nothing is computed before it is asked for. */
  | { type: "more"; job: number }
  /** A live knob has moved. */
  | { type: "answer"; job: number; settings: Values };

export type FromWorker =
  | { type: "findings"; job: number; findings: Findings; isLive: boolean }
  | { type: "failed"; job: number; message: string };
