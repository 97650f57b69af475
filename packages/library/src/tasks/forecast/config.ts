/**
 * @file Every number of the recurrent forecaster that you may turn, with its default and the reason
 * for it.
 */

import { ArgumentError } from "unrolled";
import type { CurveName } from "./transforms.ts";

export type ForecastCell = "rnn" | "lstm" | "gru";
export type ForecastForm = "direct" | "decoder" | "autoregressive";
export type ForecastDistribution = "gaussian" | "student-t" | "quantiles";

export interface ForecastConfig {
  /** The recurrent layer that reads the past. */
  cell: ForecastCell;
  /**
   * How a reading becomes a forecast. `direct`: one linear layer gives all steps at once, as in
   * MQ-RNN. `decoder`: a second recurrent layer goes on over the future and reads the covariates that
   * are known of it. `autoregressive`: one step, and sample paths that are fed back, as in DeepAR.
   * `auto` takes the decoder where there are known covariates, else direct.
   */
  form: ForecastForm | "auto";
  /** What the network says of a step: a normal or Student's t distribution, or quantiles. */
  distribution: ForecastDistribution;
  /** The curve before everything else; `auto` takes the one that predicts the validation part best. */
  curve: CurveName | "auto";
  /**
   * A linear autoregression under the network, which then learns what is left over: LSTNet's highway.
   * `false` leaves the anchor (last value or last season) alone below it.
   */
  linear: boolean;
  /** Features of the hidden state. */
  hiddenSize: number;
  numLayers: number;
  /** Read the past window both ways. Only the window's end then gives a forecast, so nothing leaks. */
  bidirectional: boolean;
  /** Steps of the past that are read; `auto` follows the frequency and the length of the series. */
  window: number | "auto";
  /** Features of a vector for each series of training; 0 for none. Series that are new have zeros. */
  seriesEmbedding: number;
  /** Probability of zeroing features of what was read, and between layers. */
  dropout: number;
  /** Networks that are trained side by side from different starts, whose forecasts are averaged. */
  members: number;
  /** Windows in a batch. */
  batchSize: number;
  /** Places in a window from which forecasts are trained (forking sequences, as in MQ-RNN). */
  originsPerWindow: number;
  /** Highest learning rate of AdamW. */
  lr: number;
  weightDecay: number;
  /** Steps in which the learning rate rises to `lr`; then it falls as a cosine. */
  warmupSteps: number;
  /** Longest gradient; longer ones are scaled down to it. */
  clipNorm: number;
  /** Share of the training part, from its end, that training is measured on. */
  validation: number;
  /** Paths drawn for a forecast by the autoregressive form. */
  samples: number;
  seed: number;
}

/** DeepAR's 40 hidden features; the rest as measured on the series in the README. */
export const FORECAST_DEFAULTS: Readonly<ForecastConfig> = {
  cell: "lstm",
  form: "auto",
  distribution: "gaussian",
  curve: "auto",
  linear: true,
  hiddenSize: 40,
  numLayers: 1,
  bidirectional: false,
  window: "auto",
  seriesEmbedding: 0,
  dropout: 0.1,
  members: 1,
  batchSize: 32,
  originsPerWindow: 8,
  lr: 3e-3,
  weightDecay: 0.01,
  warmupSteps: 50,
  clipNorm: 1,
  validation: 0.2,
  samples: 200,
  seed: 1,
};

const CHOICES = {
  cell: ["rnn", "lstm", "gru"],
  form: ["auto", "direct", "decoder", "autoregressive"],
  distribution: ["gaussian", "student-t", "quantiles"],
  curve: ["auto", "none", "sqrt", "log"],
} as const;
const WHOLE = [
  "hiddenSize",
  "numLayers",
  "members",
  "batchSize",
  "originsPerWindow",
  "samples",
] as const;

/** The defaults, with `changes` applied and checked. */
export function forecastConfig(changes: Partial<ForecastConfig> = {}): ForecastConfig {
  const config = { ...FORECAST_DEFAULTS, ...changes };
  const check = (key: keyof ForecastConfig, ok: boolean, wanted: string) => {
    if (ok) return;
    throw new ArgumentError(
      `forecast: expected ${key} to be ${wanted}, got ${JSON.stringify(config[key])}.`,
    );
  };
  for (const key of Object.keys(CHOICES) as (keyof typeof CHOICES)[]) {
    const choices: readonly string[] = CHOICES[key];
    check(key, choices.includes(config[key]), `one of ${choices.join(", ")}`);
  }
  for (const key of WHOLE) check(key, isWhole(config[key], 1), "a whole number of at least 1");
  const { window, form, distribution, bidirectional } = config;
  check(
    "window",
    window === "auto" || isWhole(window, 2),
    'a whole number of at least 2, or "auto"',
  );
  check("seriesEmbedding", isWhole(config.seriesEmbedding, 0), "a whole number, or 0");
  check("warmupSteps", isWhole(config.warmupSteps, 0), "0 or more");
  check("dropout", config.dropout >= 0 && config.dropout < 1, "at least 0 and below 1");
  check("lr", config.lr > 0 && config.lr < Infinity, "above 0");
  check("weightDecay", config.weightDecay >= 0, "0 or more");
  check("clipNorm", config.clipNorm > 0, "above 0");
  check("validation", config.validation > 0 && config.validation <= 0.5, "above 0 and at most 0.5");
  check("seed", Number.isSafeInteger(config.seed), "a whole number");
  check(
    "distribution",
    form !== "autoregressive" || distribution !== "quantiles",
    "gaussian or student-t with the autoregressive form, which draws from it",
  );
  check(
    "bidirectional",
    form !== "autoregressive" || !bidirectional,
    "false with the autoregressive form, which goes on from where it has read to",
  );
  return config;
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isInteger(value) && (value as number) >= least;
}
