/**
 * @file How open gates are, and how much of them is stuck where their function is flat.
 */

import type { GateKind } from "../nn/recurrent/observer.ts";
import type { RecordedLayer } from "./recording.ts";

/** One gate of one layer, over all steps, sequences and features. */
export interface GateFlow {
  /** Its letter: `i f g o`, `r z n`, a plain network's `h`. */
  name: string;
  /** The function that makes it of its sum. */
  kind: GateKind;
  mean: number;
  /**
   * Share of the values that are nearly as low as the function goes: below 0.05 (sigmoid), below
   * −0.95 (tanh), 0 (relu). The slope is at most 0.0475 or 0.0975 there, a fifth of the sigmoid's
   * and a tenth of tanh's at its steepest.
   */
  low: number;
  /** Share that is nearly as high: above 0.95, sigmoid and tanh alike; none for relu. */
  high: number;
  /** Share of the features that are low at every step of every sequence: for relu, dead units. */
  alwaysLow: number;
}

const NEAR = 0.05;

export function gateFlows({ steps }: RecordedLayer): GateFlow[] {
  return Object.entries(steps[0].gates).map(([name, { kind, value }]) => {
    const width = value.shape[1];
    const isLow = lowOf(kind);
    const wasHigher = new Uint8Array(width);
    let [count, sum, low, high] = [0, 0, 0, 0];
    for (const { gates } of steps) {
      const { array } = gates[name].value.storage;
      for (const [at, x] of array.entries()) {
        count++;
        sum += x;
        if (isLow(x)) low++;
        else wasHigher[at % width] = 1;
        if ((kind === "sigmoid" || kind === "tanh") && x > 1 - NEAR) high++;
      }
    }
    const alive = wasHigher.reduce((total, one) => total + one, 0);
    return {
      name,
      kind,
      mean: sum / count,
      low: low / count,
      high: high / count,
      alwaysLow: 1 - alive / width,
    };
  });
}

function lowOf(kind: GateKind): (x: number) => boolean {
  switch (kind) {
    case "sigmoid":
      return (x) => x < NEAR;
    case "tanh":
      return (x) => x < NEAR - 1;
    case "relu":
      return (x) => x === 0;
    case "linear":
      return () => false;
  }
}
