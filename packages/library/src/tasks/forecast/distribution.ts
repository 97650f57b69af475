/**
 * @file What the numbers that a network says of one step mean: the loss that trains them, where and
 * how wide the distribution is, and its quantiles.
 *
 *   gaussian     μ, ln σ                 loss  ln σ + ½·e²/σ²                       e = y − μ
 *   student-t    μ, ln σ                 loss  ln σ + ½·(ν + 1)·ln(1 + e²/(ν·σ²))
 *   quantiles    μ, q(p) − z(p) for p    loss  ½·e² + mean over p of max(p·(y − q), (p − 1)·(y − q))
 *
 * All are in units of the linear part's error. Where all numbers are 0, the distribution is that of
 * the linear part: around 0, of width 1.
 *
 * Sources: Salinas et al. 2020, "DeepAR: probabilistic forecasting with autoregressive recurrent
 * networks", section 3.1; Koenker and Bassett 1978, "Regression quantiles" (the pinball loss).
 */

import { cat, normalQuantile, tensor, type RandomGenerator, type Tensor } from "unrolled";
import type { ForecastDistribution } from "./config.ts";
import { QUANTILE_LEVELS } from "./forecaster.ts";

/** ln σ is held within ± this. */
const WIDEST = 4;

/** Numbers that a network says of one step. */
export function numParams(distribution: ForecastDistribution): number {
  return distribution === "quantiles" ? 1 + QUANTILE_LEVELS.length : 2;
}

/** z(p) of the normal distribution for each of `QUANTILE_LEVELS`. */
export const NORMAL_QUANTILES: readonly number[] = QUANTILE_LEVELS.map(normalQuantile);

/**
 * The loss of parameters [n, horizon, numParams] against `targets` [n, horizon], over those whose
 * `mask` [n, horizon] is 1; the targets of the others are 0. A loss is divided by the number that
 * count.
 *
 * @param df ν, degrees of freedom
 */
export function distributionLoss(
  distribution: ForecastDistribution,
  params: Tensor,
  targets: Tensor,
  mask: Tensor,
  df: number,
): Tensor {
  const count = Math.max(1, mask.sum().item());
  const error = targets.sub(params.select(-1, 0)); // [n, horizon]
  if (distribution === "quantiles") {
    const levels = QUANTILE_LEVELS.length;
    const offsets = params.slice(-1, 1, 1 + levels); // [n, horizon, levels]
    const quantiles = offsets.add(tensor(NORMAL_QUANTILES as number[]));
    const above = targets.unsqueeze(-1).sub(quantiles);
    // max(p·e, (p − 1)·e) = p·e + max(−e, 0)
    const pinball = above.mul(tensor(QUANTILE_LEVELS as number[])).add(above.neg().relu());
    const each = error.mul(error).mul(0.5).add(pinball.mean(-1));
    return each.mul(mask).sum().div(count);
  }
  const logSpread = params.select(-1, 1).clamp(-WIDEST, WIDEST);
  const scaled = error.mul(error).mul(logSpread.mul(-2).exp()); // e²/σ²
  const fit =
    distribution === "gaussian"
      ? scaled.mul(0.5)
      : scaled
          .div(df)
          .add(1)
          .log()
          .mul((df + 1) / 2);
  return logSpread.add(fit).mul(mask).sum().div(count);
}

/** The mean of several networks' parameters. */
export function averaged(members: readonly Tensor[]): Tensor {
  if (members.length === 1) return members[0];
  return cat(
    members.map((params) => params.unsqueeze(0)),
    0,
  ).mean(0);
}

/** σ, or 1 for quantiles: the unit of {@link quantilesOf}. */
export function spreadOf(distribution: ForecastDistribution, logSpread: number): number {
  if (distribution === "quantiles") return 1;
  return Math.exp(Math.max(-WIDEST, Math.min(WIDEST, logSpread)));
}

/** A draw from the distribution around 0, of spread 1. */
export function drawStandard(
  distribution: ForecastDistribution,
  df: number,
  generator: RandomGenerator,
): number {
  const normal = generator.normal();
  if (distribution !== "student-t") return normal;
  // t = normal / √(χ²/ν), χ² the sum of ν squares: whole degrees of freedom.
  let squares = 0;
  for (let i = 0; i < df; i++) squares += generator.normal() ** 2;
  return normal / Math.sqrt(squares / df);
}
