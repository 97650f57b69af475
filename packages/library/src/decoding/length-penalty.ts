/**
 * @file Every token makes a sequence less likely, so a search that compares log-probabilities prefers
 * short ones. A penalty divides them by something that grows with the length.
 *
 *   score(Y) = log p(Y) / lp(Y)
 *
 *   none     lp = 1
 *   length   lp = |Y|^α                 α = 1: the mean log-probability of a token
 *   gnmt     lp = ((5 + |Y|) / 6)^α     Wu et al. 2016, equation 14
 *
 * |Y| counts the end token, where there is one.
 */

import { ArgumentError, unreachable } from "../core/errors.ts";

export type LengthPenaltyName = "none" | "length" | "gnmt";

/** From the length of a sequence to what its log-probability is divided by. */
export function lengthPenalty(name: LengthPenaltyName, alpha: number): (length: number) => number {
  if (!Number.isFinite(alpha)) {
    throw new ArgumentError(`beamSearch: expected alpha to be a number, got ${String(alpha)}.`);
  }
  switch (name) {
    case "none":
      return () => 1;
    case "length":
      return (length) => length ** alpha;
    case "gnmt":
      return (length) => ((5 + length) / 6) ** alpha;
    default:
      return unreachable(name);
  }
}
