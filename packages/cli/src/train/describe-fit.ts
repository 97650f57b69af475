/**
 * @file What a training came to, in the words of every task.
 */

import type { FitResult } from "unrolled";
import { formatCount, formatDuration, formatSpeed, plural } from "../terminal/numbers.ts";

/**
 * `12,345 parameters, 800 steps in 1:02 min (24,300 tokens/s), best at step 700; stopped there, out of
 * patience`
 *
 * @param speed items in a second, and what they are
 */
export function describeFit(
  { steps, seconds, bestStep, stoppedBy }: FitResult,
  parameters: number,
  speed?: { perSecond: number; items: string },
): string {
  const pace = speed ? ` (${formatSpeed(speed.perSecond)} ${speed.items}/s)` : "";
  const early = stoppedBy === "patience" ? "; stopped there, out of patience" : "";
  return `${formatCount(parameters)} parameters, ${plural(steps, "step")} in ${formatDuration(seconds)}${pace}, best at step ${formatCount(bestStep ?? steps)}${early}`;
}
