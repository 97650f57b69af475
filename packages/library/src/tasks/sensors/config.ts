/**
 * @file Every number you may turn, with its default and the reason for it.
 */

import { ArgumentError, type Budget } from "unrolled";

export type SensorCell = "rnn" | "lstm" | "gru";
export type SensorPooling = "max" | "mean" | "last" | "attention";

const CELLS: readonly SensorCell[] = ["rnn", "lstm", "gru"];
const POOLINGS: readonly SensorPooling[] = ["max", "mean", "last", "attention"];

export interface SensorConfig {
  /** The recurrent layer. Recordings are short, and the GRU learns fastest from few of them. */
  cell: SensorCell;
  /** Features of the hidden state, of each direction. */
  hiddenSize: number;
  numLayers: number;
  /** Read from both ends: a recording is whole before it is judged. */
  bidirectional: boolean;
  /**
   * How the steps become one vector. The largest of each feature finds a pattern wherever it stands;
   * of the two mean or attention leave more to chance where cases are few.
   */
  pooling: SensorPooling;
  /** Probability of zeroing pooled features (and those between layers). */
  dropout: number;
  /** Standard deviation of the noise added to every scaled value in training, so that few cases count as many. */
  noise: number;
  /** Share of the wanted certainty that is spread over all classes. */
  labelSmoothing: number;
  batchSize: number;
  /** Highest learning rate of AdamW. */
  lr: number;
  weightDecay: number;
  /** Steps in which the learning rate rises to `lr`; then it falls as a cosine. */
  warmupSteps: number;
  /** Longest gradient; longer ones are scaled down to it. */
  clipNorm: number;
  /**
   * Share of the training cases, evenly of all classes, that decides which weights are kept. Where
   * it would be fewer than ten cases all train, and the last weights are kept.
   */
  validation: number;
  seed: number;
}

/** Chosen on `basic-motions` and `japanese-vowels`: the README says what was tried. */
export const SENSOR_DEFAULTS: Readonly<SensorConfig> = {
  cell: "gru",
  hiddenSize: 64,
  numLayers: 1,
  bidirectional: true,
  pooling: "max",
  dropout: 0.5,
  noise: 0.1,
  labelSmoothing: 0.1,
  batchSize: 16,
  lr: 3e-3,
  weightDecay: 0.01,
  warmupSteps: 20,
  clipNorm: 1,
  validation: 0.1,
  seed: 1,
};

/** How long to train where nobody says: with batches of 16, a hundred recordings 240 times. */
export const SENSOR_BUDGET: Readonly<Budget> = { steps: 1500 };

/** The defaults, with `changes` applied and checked. */
export function sensorConfig(changes: Partial<SensorConfig> = {}): SensorConfig {
  const config = { ...SENSOR_DEFAULTS, ...changes };
  const check = (key: keyof SensorConfig, ok: boolean, wanted: string) => {
    if (ok) return;
    const got = JSON.stringify(config[key]);
    throw new ArgumentError(`sensors: expected ${key} to be ${wanted}, got ${got}.`);
  };
  check("cell", CELLS.includes(config.cell), `one of ${CELLS.join(", ")}`);
  check("pooling", POOLINGS.includes(config.pooling), `one of ${POOLINGS.join(", ")}`);
  for (const key of ["hiddenSize", "numLayers", "batchSize"] as const) {
    const whole = Number.isInteger(config[key]) && config[key] >= 1;
    check(key, whole, "a whole number of at least 1");
  }
  for (const key of ["dropout", "labelSmoothing", "validation"] as const) {
    check(key, config[key] >= 0 && config[key] < 1, "at least 0 and below 1");
  }
  for (const key of ["lr", "clipNorm"] as const) {
    check(key, config[key] > 0 && config[key] < Infinity, "above 0");
  }
  for (const key of ["noise", "weightDecay"] as const) {
    check(key, config[key] >= 0 && config[key] < Infinity, "0 or more");
  }
  check(
    "warmupSteps",
    Number.isInteger(config.warmupSteps) && config.warmupSteps >= 0,
    "0 or more",
  );
  check("seed", Number.isSafeInteger(config.seed), "a whole number");
  return config;
}
