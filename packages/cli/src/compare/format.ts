/**
 * @file A comparison's numbers as people read them.
 */

import type { ComparedCell, MemorySpan } from "unrolled";

/** `1.612`, `0.0213`, `1.3e-4`: enough digits to see which is better. */
export function formatScore(score: number): string {
  const size = Math.abs(score);
  if (size !== 0 && size < 1e-3) return score.toExponential(1);
  return size < 0.1 ? score.toPrecision(3) : score.toFixed(3);
}

/** `0.165 ± 0.002`: the mean over the seeds and half of its 95 % interval. */
export function formatEstimate({ score, runs }: ComparedCell): string {
  if (score === null) return runs.length > 0 ? "diverged" : "–";
  if (runs.length < 2) return formatScore(score.estimate);
  const { estimate } = score;
  const half = score.high - estimate;
  if (estimate !== 0 && Math.abs(estimate) < 1e-3) {
    return `${formatScore(estimate)} ± ${half.toExponential(1)}`;
  }
  // So many digits that the first of the interval shows.
  const digits = half > 0 ? Math.min(6, Math.max(3, Math.ceil(-Math.log10(half)))) : 3;
  return `${estimate.toFixed(digits)} ± ${half.toFixed(digits)}`;
}

/** `850 µs`, `2.31 ms` */
export function formatTime(seconds: number): string {
  if (seconds < 1e-3) return `${Number((seconds * 1e6).toPrecision(3))} µs`;
  if (seconds < 1) return `${Number((seconds * 1e3).toPrecision(3))} ms`;
  return `${seconds.toPrecision(3)} s`;
}

/** `50`, `≥ 100`, `< 3`; `–` where nothing was looked for. */
export function formatSpan(span: MemorySpan | null): string {
  if (span === null) return "–";
  const shortest = Math.min(...span.tried.map(({ lag }) => lag));
  const text =
    span.longest === 0 ? `< ${shortest}` : `${span.isBounded ? "" : "≥ "}${span.longest}`;
  return span.isComplete ? text : `${text}?`;
}
