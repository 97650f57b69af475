/**
 * @file The learning rate as a function of the step: nothing to remember, so nothing to restore.
 */

/** From the step about to be taken (0, 1, …) and the number planned, the factor on the base rate. */
export type Schedule = (step: number, totalSteps: number) => number;

export interface WarmupCosineOptions {
  /** Steps of linear rise from 0. Default: 100, but never more than a tenth of the run. */
  warmupSteps?: number;
  /** What is left at the end. Default: 0.02. */
  finalFactor?: number;
}

/**
 * Rises linearly over the first steps, then falls as half a cosine to `finalFactor`.
 *
 *   factor = final + (1 − final) · (1 + cos(π · progress)) / 2
 *
 * Source: Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983 (without restarts).
 *
 * @example
 * const schedule = warmupCosine({ warmupSteps: 10, finalFactor: 0 });
 * schedule(0, 110); // 0.1
 * schedule(60, 110); // 0.5
 */
export function warmupCosine({
  warmupSteps = 100,
  finalFactor = 0.02,
}: WarmupCosineOptions = {}): Schedule {
  return (step, totalSteps) => {
    const warmup = Math.min(warmupSteps, Math.floor(totalSteps / 10));
    if (step < warmup) return (step + 1) / warmup;
    const progress = (step - warmup) / Math.max(1, totalSteps - warmup);
    return finalFactor + ((1 - finalFactor) * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2;
  };
}
