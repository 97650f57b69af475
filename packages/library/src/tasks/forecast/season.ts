/**
 * @file How many steps a season has, if there is one.
 */

import { autocorrelations } from "./autocorrelations.ts";
import { centredAverage } from "./centred-average.ts";
import { fillForward } from "./fill-forward.ts";
import { stepNumber, type Frequency } from "./frequency.ts";
import type { SeriesSet } from "./series.ts";

/** A season explains at least this share of what a moving average leaves. */
const LEAST = 0.1;
/** A longer season explains at least so much more than a shorter one. */
const GAIN = 0.05;
/** Of many series so many are looked at, evenly spread. */
const MAX_SERIES = 20;

/**
 * The number of steps in a season, 1 if none is found: of the lengths that the frequency suggests (24
 * and 168 hours, 7 and 365 days, 12 months, …; without a time, those with the highest
 * autocorrelation), the one that explains most.
 *
 * What it explains is cross-validated: each value, less the moving average of one season around it,
 * is predicted by the mean of the same phase in all other seasons, and R² of that has to be at least
 * 0.1. Noise and random walks have about 0, or less.
 *
 * @param set the training part: what comes later must not decide
 */
export function detectSeason({ series, targets, frequency }: SeriesSet): number {
  const stride = Math.ceil(series.length / MAX_SERIES);
  const columns = series
    .filter((_, i) => i % stride === 0)
    .flatMap(({ times, columns }) =>
      targets.map((target) => trimmed(times, columns[target], frequency)),
    )
    .filter(({ values }) => values.length > 0);
  if (columns.length === 0) return 1;
  const candidates =
    frequency.unit === "step" || frequency.unit === "year"
      ? columns.flatMap(({ values }) => autocorrelationPeaks(values))
      : seasonsOf(frequency);

  let best = { season: 1, explained: LEAST - GAIN };
  for (const season of [...new Set(candidates)].sort((a, b) => a - b)) {
    const shares = columns.map(({ values, firstStep }) => explainedBy(season, values, firstStep));
    const explained = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    if (explained >= best.explained + GAIN) best = { season, explained };
  }
  return best.season;
}

function trimmed(times: Float64Array, values: Float64Array, frequency: Frequency) {
  const start = values.findIndex((value) => !Number.isNaN(value));
  if (start < 0) return { values: new Float64Array(0), firstStep: 0 };
  return {
    values: fillForward(values.subarray(start)),
    firstStep: stepNumber(times[start], frequency),
  };
}

/** Steps in an hour, day, week and year, as far as they are whole numbers of steps. */
function seasonsOf({ unit, count }: Frequency): number[] {
  const lengths: Record<string, readonly number[]> = {
    second: [60, 3600, 86_400],
    minute: [60, 1440, 10_080],
    hour: [24, 168],
    day: [7, 365],
    "business-day": [5],
    week: [52],
    month: [12],
    quarter: [4],
  };
  return lengths[unit].map((length) => length / count).filter((m) => m >= 2 && Number.isInteger(m));
}

/** R² of phase means, each leaving out the value that it predicts. Below 0 where they mislead. */
function explainedBy(season: number, values: Float64Array, firstStep: number): number {
  const average = centredAverage(values, season);
  const phase = (t: number) => (firstStep + t) % season;
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  average.forEach((mean, t) => {
    if (Number.isNaN(mean)) return;
    sums[phase(t)] += values[t] - mean;
    counts[phase(t)]++;
  });
  let total = 0;
  let left = 0;
  average.forEach((mean, t) => {
    if (Number.isNaN(mean)) return;
    const difference = values[t] - mean;
    const others = counts[phase(t)] - 1;
    const predicted = others > 0 ? (sums[phase(t)] - difference) / others : 0;
    total += difference ** 2;
    left += (difference - predicted) ** 2;
  });
  return total > 0 ? 1 - left / total : 0;
}

/** The three lags with the highest peaks of the autocorrelation, once a line is taken off. */
function autocorrelationPeaks(values: Float64Array): number[] {
  const n = values.length;
  const most = Math.min(Math.floor(n / 3), 1000);
  const correlations = autocorrelations(withoutLine(values), most);
  const peaks: number[] = [];
  for (let lag = 2; lag < most; lag++) {
    const r = correlations[lag];
    const isPeak = r > correlations[lag - 1] && r >= correlations[lag + 1];
    if (isPeak && r > 2 / Math.sqrt(n)) peaks.push(lag);
  }
  return peaks.sort((a, b) => correlations[b] - correlations[a]).slice(0, 3);
}

function withoutLine(values: Float64Array): Float64Array {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const middle = (n - 1) / 2;
  const slope =
    values.reduce((sum, value, t) => sum + (t - middle) * (value - mean), 0) /
    Math.max(1, (n * (n * n - 1)) / 12);
  return values.map((value, t) => value - mean - slope * (t - middle));
}
