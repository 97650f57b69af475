/**
 * @file How often a decoder in training reads the true token rather than its own: a ratio that falls
 * as training goes on, so that what it sees becomes what it will see when it decodes alone.
 *
 *   linear           ε_i = max(to, from − (from − to) · i / steps)
 *   exponential      ε_i = kⁱ,               k < 1
 *   inverse sigmoid  ε_i = k / (k + e^{i/k}), k ≥ 1
 *
 * Each gives a function from the step (or epoch) i = 0, 1, … to the ratio, which goes into
 * `model.forward(source, inputs, { teacherForcing: ratio(i) })`.
 *
 * Source: Bengio et al. 2015, "Scheduled sampling for sequence prediction with recurrent neural
 * networks", https://arxiv.org/abs/1506.03099, section 2.4
 */

import { ArgumentError, checkProbability, checkSize } from "../../core/errors.ts";

/** From the step i = 0, 1, … to the probability of reading the true token. */
export type TeacherForcingSchedule = (step: number) => number;

export interface LinearTeacherForcingOptions {
  /** At the first step. Default: 1. */
  from?: number;
  /** From step `steps` on. Default: 0. */
  to?: number;
  /** How many steps it takes. */
  steps: number;
}

/**
 * ε_i = max(to, from − (from − to) · i / steps)
 *
 * @example
 * const ratio = nn.teacherForcing.linear({ to: 0.5, steps: 100 });
 * [0, 50, 100, 1000].map(ratio); // [1, 0.75, 0.5, 0.5]
 */
export function linear({
  from = 1,
  to = 0,
  steps,
}: LinearTeacherForcingOptions): TeacherForcingSchedule {
  checkProbability("teacherForcing.linear", "from", from);
  checkProbability("teacherForcing.linear", "to", to);
  checkSize("teacherForcing.linear", "steps", steps);
  return (step) => from + (to - from) * Math.min(1, step / steps);
}

/**
 * ε_i = kⁱ
 *
 * @example
 * const ratio = nn.teacherForcing.exponential(0.5);
 * [0, 1, 2, 3].map(ratio); // [1, 0.5, 0.25, 0.125]
 */
export function exponential(k: number): TeacherForcingSchedule {
  if (!(k > 0 && k < 1)) {
    throw new ArgumentError(
      `teacherForcing.exponential: expected k between 0 and 1, got ${String(k)}.`,
    );
  }
  return (step) => k ** step;
}

/**
 * ε_i = k / (k + e^{i/k}): stays near 1, falls to a half at i = k·ln k, then towards 0.
 *
 * @example
 * const ratio = nn.teacherForcing.inverseSigmoid(100);
 * ratio(0); // 0.990
 * ratio(100 * Math.log(100)); // 0.500
 */
export function inverseSigmoid(k: number): TeacherForcingSchedule {
  if (!(k >= 1 && k < Infinity)) {
    throw new ArgumentError(
      `teacherForcing.inverseSigmoid: expected k to be at least 1, got ${String(k)}.`,
    );
  }
  return (step) => k / (k + Math.exp(step / k));
}
