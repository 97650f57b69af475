/**
 * @file Whether forecast intervals hold what they promise, and how wide they are for it.
 */

import { ArgumentError } from "../core/errors.ts";
import { countedColumns, type MaskOptions, type Numbers } from "./inputs.ts";

/**
 * The share of targets within their intervals, bounds included, from 0 to 1. Near the promised
 * confidence if the intervals are honest; to be had at any width, so look at {@link winklerScore} too.
 *
 * - `lower`, `upper`, `targets`  [...], of one shape
 *
 * @example
 * intervalCoverage([0, 0, 0], [1, 1, 1], [0.5, 1, 1.5]); // 0.667
 */
export function intervalCoverage(
  lower: Numbers,
  upper: Numbers,
  targets: Numbers,
  options: MaskOptions = {},
): number {
  const counted = countedIntervals("intervalCoverage", lower, upper, targets, options);
  const inside = counted.targets.filter((y, i) => y >= counted.lower[i] && y <= counted.upper[i]);
  return inside.length / counted.targets.length;
}

export interface WinklerOptions extends MaskOptions {
  /** What the intervals promise to cover, between 0 and 1: 1 − α. Default: 0.95. */
  confidence?: number;
}

/**
 * The Winkler or interval score: mean width, plus 2/α times the distance to targets outside. Lower is
 * better; lowest for the true quantiles α/2 and 1 − α/2.
 *
 *   upper − lower + 2/α · max(lower − y, 0) + 2/α · max(y − upper, 0)        α = 1 − confidence
 *
 * - `lower`, `upper`, `targets`  [...], of one shape
 *
 * Sources: Winkler 1972, "A decision-theoretic approach to interval estimation"; Gneiting and Raftery
 * 2007, "Strictly proper scoring rules, prediction, and estimation", section 6.2
 *
 * @example
 * winklerScore([0, 0], [10, 10], [5, 11], { confidence: 0.8 }); // 15, as (10 + 10 + 10·1) / 2
 */
export function winklerScore(
  lower: Numbers,
  upper: Numbers,
  targets: Numbers,
  { confidence = 0.95, mask }: WinklerOptions = {},
): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new ArgumentError(
      `winklerScore: expected a confidence between 0 and 1, such as 0.95, got ${confidence}.`,
    );
  }
  const counted = countedIntervals("winklerScore", lower, upper, targets, { mask });
  const penalty = 2 / (1 - confidence);
  let sum = 0;
  counted.targets.forEach((y, i) => {
    const [low, high] = [counted.lower[i], counted.upper[i]];
    sum += high - low + penalty * (Math.max(low - y, 0) + Math.max(y - high, 0));
  });
  return sum / counted.targets.length;
}

function countedIntervals(
  where: string,
  lower: Numbers,
  upper: Numbers,
  targets: Numbers,
  options: MaskOptions,
) {
  const counted = countedColumns(where, { lower, upper, targets }, options);
  const wrong = counted.lower.findIndex((low, i) => low > counted.upper[i]);
  if (wrong >= 0) {
    throw new ArgumentError(
      `${where}: expected lower bounds that are not above the upper ones, got ${counted.lower[wrong]} above ${counted.upper[wrong]}. Are the two swapped?`,
    );
  }
  return counted;
}
