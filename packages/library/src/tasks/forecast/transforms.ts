/**
 * @file What is done to a series before a network reads it, and undone to what it says: a curve, a
 * scale, and the anchor from which forecasts are counted.
 *
 *   u = (curve(y) − center) / spread          on the training part's center and spread
 *   r = u − anchor                            what is left to be forecast
 *
 * The anchor is the forecast of a differenced series whose changes are all zero. Differencing by one
 * step gives the last value (for the logarithm of a price: returns), by a season the last season, by
 * both the last season moved by how far the series has come since. All are exact to undo.
 */

import { DataError } from "unrolled";

/** `none`, the square root (of values from 0 on), or the natural logarithm (of values above 0). */
export type CurveName = "none" | "sqrt" | "log";

export interface Curve {
  readonly forward: (y: number) => number;
  readonly inverse: (x: number) => number;
  /** ln of the slope of `forward` at y: how a density changes on the way. */
  readonly logSlope: (y: number) => number;
  /** The mean of inverse(X) for X of this mean and spread: exact for the root, and for a normal logarithm. */
  readonly mean: (x: number, spread: number) => number;
}

export const CURVES: Readonly<Record<CurveName, Curve>> = {
  none: { forward: (y) => y, inverse: (x) => x, logSlope: () => 0, mean: (x) => x },
  sqrt: {
    forward: Math.sqrt,
    // Below 0 the distribution of a root has its mass at 0.
    inverse: (x) => Math.max(0, x) ** 2,
    // Values near 0 would have all the say: below 1e-6 they count as that.
    logSlope: (y) => -0.5 * Math.log(Math.max(y, 1e-6)) - Math.LN2,
    mean: (x, spread) => Math.max(0, x) ** 2 + spread ** 2,
  },
  log: {
    forward: Math.log,
    inverse: Math.exp,
    logSlope: (y) => -Math.log(y),
    // A spread above 1 says that the logarithm is no help; exp(½) is then enough of a correction.
    mean: (x, spread) => Math.exp(x + Math.min(0.5, 0.5 * spread ** 2)),
  },
};

/** The curves that take every one of these numbers, NaN aside. */
export function possibleCurves(columns: readonly Float64Array[]): CurveName[] {
  const lowest = Math.min(...columns.map(smallest));
  if (lowest > 0) return ["none", "sqrt", "log"];
  return lowest === 0 ? ["none", "sqrt"] : ["none"];
}

function smallest(values: Float64Array): number {
  let low = Infinity;
  for (const value of values) if (value < low) low = value;
  return low;
}

/** Values through a curve; what lies below `lowest` counts as that. */
export function throughCurve(values: Float64Array, curve: CurveName, lowest: number): Float64Array {
  if (curve === "none") return values;
  const { forward } = CURVES[curve];
  return values.map((y) => forward(y < lowest ? lowest : y));
}

/** Center and spread of a series, and the size of its steps, all behind the curve. */
export interface Scale {
  center: number;
  spread: number;
  /** Root mean square of the change from one step to the next, in units of `spread`. */
  step: number;
  /** Spread of the values before the curve. */
  unit: number;
  /** A curve that does not take all numbers takes this instead of smaller ones. */
  lowest: number;
}

/**
 * The scale of what is observed: of a training part, or of the past of a series that is new.
 *
 * @throws DataError naming the first value that the curve does not take
 */
export function scaleOf(values: Float64Array, curve: CurveName, name: string): Scale {
  const wrong = values.findIndex((y) => (curve === "log" ? y <= 0 : curve === "sqrt" && y < 0));
  if (wrong >= 0) {
    throw new DataError(
      `forecast: expected ${curve === "log" ? "values above 0" : "no value below 0"} in ${name} because its curve is ${curve}, ` +
        `got ${values[wrong]} in row ${wrong}. Use curve "none".`,
      wrong,
    );
  }
  // Half of the smallest so far: what comes later may be smaller, or 0, where a logarithm ends.
  const lowest = curve === "log" ? smallest(values) / 2 : 0;
  const x = throughCurve(values, curve, lowest);
  const { center, spread, isConstant } = momentsOf(x);
  const unit = momentsOf(values).spread;
  if (isConstant) return { center, spread, step: 1, unit, lowest };
  let count = 0;
  let squares = 0;
  for (let t = 1; t < x.length; t++) {
    const change = x[t] - x[t - 1];
    if (Number.isNaN(change)) continue;
    count++;
    squares += change * change;
  }
  const step = Math.sqrt(squares / Math.max(1, count)) / spread;
  return { center, spread, step: step > 1e-6 ? step : 1, unit, lowest };
}

/** Mean and standard deviation of what is not NaN; a constant series has a spread of 1. */
export function momentsOf(values: Float64Array): {
  center: number;
  spread: number;
  isConstant: boolean;
} {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  const center = sum / Math.max(1, count);
  let squares = 0;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - center) ** 2;
  const spread = Math.sqrt(squares / Math.max(1, count));
  // Rounding leaves a constant series a spread of 1e-16 times its level, which is none.
  const isConstant = !(spread > 1e-9 * Math.max(1e-3, Math.abs(center)));
  return { center, spread: isConstant ? 1 : spread, isConstant };
}

/** Where forecasts are counted from: the last value, or the last `season` values. */
export interface Anchor {
  /** Steps in a season; 0 for the last value alone. */
  season: number;
  /** Move the last season by how far the series has come since then. */
  drift: boolean;
}

/**
 * The anchor of rows `origin` … `origin` + `horizon` − 1, from the rows before `origin`.
 *
 * @example
 * const x = Float64Array.of(1, 2, 3, 11, 12, 13);
 * anchorAt(x, 6, 2, { season: 0, drift: false }); // [13, 13]
 * anchorAt(x, 6, 4, { season: 3, drift: false }); // [11, 12, 13, 11]
 * anchorAt(x, 6, 4, { season: 3, drift: true }); // [21, 22, 23, 31]
 */
export function anchorAt(
  x: ArrayLike<number>,
  origin: number,
  horizon: number,
  { season, drift }: Anchor,
): Float64Array {
  const last = x[origin - 1];
  if (season === 0) return new Float64Array(horizon).fill(last);
  // Where the past is shorter than a season, the last value stands for what is not there.
  const move = drift ? last - (x[origin - 1 - season] ?? last) : 0;
  return Float64Array.from({ length: horizon }, (_, h) => {
    const seasonsAhead = 1 + Math.floor(h / season);
    return (x[origin - season + (h % season)] ?? last) + seasonsAhead * move;
  });
}
