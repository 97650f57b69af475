/**
 * @file All that is chosen and measured on the training part, beside the weights: what a trained
 * model needs to read a series as it was trained to.
 */

import type { CovariateScale } from "./channels.ts";
import type { ForecastForm } from "./config.ts";
import type { ErrorTail } from "./error-tail.ts";
import type { Frequency } from "./frequency.ts";
import type { LinearInputs } from "./linear.ts";
import type { Anchor, CurveName, Scale } from "./transforms.ts";
import type { StepInputs } from "./windows.ts";

/** How one target is read and forecast. */
export interface TargetRecipe {
  curve: CurveName;
  anchor: Anchor;
  inputs: LinearInputs;
  /** Penalty of the linear part; null where there is none and the anchor stands alone. */
  penalty: number | null;
  /** Root mean square of what the linear part leaves over, in units of the scale [horizon]. */
  errors: number[];
  /** How much of the network's mean is added, 0 to 1, as the validation part wants it. */
  networkWeight: number;
  /** For each step ahead, what is added to each quantile, in units of the spread [horizon][levels]. */
  offsets: number[][];
  /** How improbable an error is, for the steps that one reading forecasts. */
  tail: ErrorTail;
  /** Scales of the series in training, by id. */
  scales: Record<string, Scale>;
}

export interface Recipe {
  horizon: number;
  form: ForecastForm;
  /** Rows that the network reads. */
  window: number;
  frequency: Frequency;
  steps: StepInputs;
  /** Columns of the calendar that the models read. */
  calendar: string[];
  covariates: CovariateScale[];
  targets: Record<string, TargetRecipe>;
  /** Series that have a vector of their own. */
  seriesIds: string[];
  /** Degrees of freedom of Student's t distribution. */
  df: number;
}

/** Rows before an origin that a forecast depends on. */
export function rowsNeeded({ window, steps, targets }: Recipe): number {
  const reaches = Object.values(targets).map(({ anchor, inputs }) =>
    Math.max(inputs.lags, anchor.season + 1),
  );
  return Math.max(window + steps.season + 1, ...reaches);
}
