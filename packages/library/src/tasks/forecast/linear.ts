/**
 * @file The linear autoregression under the network: what it reads at an origin, and how it is
 * fitted.
 *
 *   u(o + h) − anchor(h)  ≈  b(h) + Σⱼ wⱼ(h)·[u(o − j) − u(o − 1)] + v(h)·u(o − 1) + calendar + covariates
 *
 * Past values are read relative to the last one, so a series that wanders off stays within what
 * training has seen; only where `level` is chosen does the forecast return to a mean.
 */

import { anchorAt, type Anchor } from "./transforms.ts";
import type { Channel } from "./channels.ts";
import { Ridge } from "./ridge.ts";

/** What one origin gives to the linear part. */
export interface LinearInputs {
  /** Values of the past, the last one included. */
  lags: number;
  /** Read where the last value stands, too. */
  level: boolean;
  /** Columns of the calendar, at the origin. */
  calendar: number;
  /** Covariates whose next `knownSteps` values are read too; the first so many of the channel. */
  known: number;
  knownSteps: number;
  /** Covariates whose last value is read: all of the channel, or none. */
  covariates: number;
}

/** Numbers that {@link writeLinearInputs} writes. */
export function numLinearInputs(inputs: LinearInputs): number {
  const { lags, level, calendar, known, knownSteps, covariates } = inputs;
  return lags - 1 + Number(level) + calendar + covariates + known * knownSteps;
}

/** Reads `channel` before `origin`, and the calendar and known covariates from there on. */
export function writeLinearInputs(
  { u, calendar, covariates: columns }: Channel,
  origin: number,
  { lags, level, known, knownSteps, covariates }: LinearInputs,
  out: Float64Array | Float32Array,
  offset = 0,
): void {
  let at = offset;
  const last = u[origin - 1];
  for (let j = 2; j <= lags; j++) out[at++] = origin >= j ? u[origin - j] - last : 0;
  if (level) out[at++] = last;
  for (const column of calendar) out[at++] = column[origin];
  for (let c = 0; c < covariates; c++) out[at++] = columns[c][origin - 1];
  for (let c = 0; c < known; c++) {
    for (let h = 0; h < knownSteps; h++) out[at++] = columns[c][origin + h];
  }
}

/** u − anchor [horizon]; NaN where the value is missing or past the end. */
export function writeRemainder(
  channel: Channel,
  origin: number,
  horizon: number,
  anchor: Anchor,
  out: Float64Array,
): void {
  const { u, missing } = channel;
  const from = anchorAt(u, origin, horizon, anchor);
  for (let h = 0; h < horizon; h++) {
    const row = origin + h;
    out[h] = row < u.length && missing[row] === 0 ? u[row] - from[h] : NaN;
  }
}

/** A channel, and the rows of it that may be forecast. */
export interface Stretch {
  channel: Channel;
  /** The first origin. */
  from: number;
  /** The row after the last one that a forecast may reach. */
  to: number;
}

/** At most so many origins of all stretches together, evenly spread, with their channels. */
export function* originsOf(
  stretches: readonly Stretch[],
  horizon: number,
  most: number,
): Generator<[channel: Channel, origin: number]> {
  const counts = stretches.map(({ from, to }) => Math.max(0, to - horizon - from + 1));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const stride = Math.max(1, total / most);
  let next = 0;
  let before = 0;
  for (const [i, { channel, from }] of stretches.entries()) {
    for (; Math.floor(next) < before + counts[i]; next += stride) {
      yield [channel, from + Math.floor(next) - before];
    }
    before += counts[i];
  }
}

/** The sums for regressions on all of `inputs`, one output for each anchor and step in `steps`. */
export function gatherRidge(
  stretches: readonly Stretch[],
  inputs: LinearInputs,
  {
    anchors,
    horizon,
    steps,
    most,
  }: {
    anchors: readonly Anchor[];
    horizon: number;
    steps: readonly number[];
    most: number;
  },
): Ridge {
  const x = new Float64Array(numLinearInputs(inputs));
  const y = new Float64Array(anchors.length * steps.length);
  const remainder = new Float64Array(horizon);
  const ridge = new Ridge(x.length, y.length);
  for (const [channel, origin] of originsOf(stretches, horizon, most)) {
    anchors.forEach((anchor, a) => {
      writeRemainder(channel, origin, horizon, anchor, remainder);
      steps.forEach((h, k) => (y[a * steps.length + k] = remainder[h]));
    });
    // A missing step makes the whole row unusable: the sums are shared by all steps.
    if (y.some(Number.isNaN)) continue;
    writeLinearInputs(channel, origin, inputs, x);
    ridge.add(x, y);
  }
  return ridge;
}
