/**
 * @file Continuous ranked probability score (CRPS): how far a forecast distribution is from what
 * happened, in the unit of the targets.
 *
 *   CRPS(F, y) = ∫ (F(x) − [x ≥ y])² dx  =  E|X − y| − ½·E|X − X′|
 *
 * A point forecast has its absolute error. Lower is better, and lowest for the true distribution.
 *
 * Sources: Gneiting and Raftery 2007, "Strictly proper scoring rules, prediction, and estimation";
 * Jordan, Krüger and Lerch 2019, "Evaluating probabilistic forecasts with scoringRules", whose
 * appendix has the closed forms.
 */

import { ArgumentError } from "../core/errors.ts";
import { logBeta, normalCdf, normalPdf, studentTCdf, studentTPdf } from "./distributions.ts";
import {
  checkScores,
  countedColumns,
  dataOf,
  notANumber,
  type MaskOptions,
  type Numbers,
  type Scores,
} from "./inputs.ts";

/**
 * The mean CRPS of normal distributions: σ·(z·(2Φ(z) − 1) + 2φ(z) − 1/√π), z = (y − μ)/σ.
 *
 * - `mean`, `std`, `targets`  [...], of one shape; a standard deviation of 0 is a point forecast
 *
 * @example
 * crpsGaussian([0, 1], [1, 2], [0, 3]); // 0.7193
 */
export function crpsGaussian(
  mean: Numbers,
  std: Numbers,
  targets: Numbers,
  options: MaskOptions = {},
): number {
  const counted = countedColumns("crpsGaussian", { mean, std, targets }, options);
  return meanCrps("crpsGaussian", "std", counted.mean, counted.std, counted.targets, (z) => {
    return z * (2 * normalCdf(z) - 1) + 2 * normalPdf(z) - 1 / Math.sqrt(Math.PI);
  });
}

export interface StudentTOptions extends MaskOptions {
  /** Degrees of freedom, above 1; the fewer, the heavier the tails. */
  df: number;
}

/**
 * The mean CRPS of Student's t distributions with ν degrees of freedom, moved and stretched:
 *
 *   scale·(z·(2F(z) − 1) + 2f(z)·(ν + z²)/(ν − 1) − 2√ν/(ν − 1)·B(½, ν − ½)/B(½, ν/2)²)
 *
 * - `location`, `scale`, `targets`  [...], of one shape
 *
 * @example
 * crpsStudentT([0, 1], [1, 2], [0, 3], { df: 5 }); // 0.7323
 */
export function crpsStudentT(
  location: Numbers,
  scale: Numbers,
  targets: Numbers,
  { df, mask }: StudentTOptions,
): number {
  if (!(df > 1 && df < Infinity)) {
    throw new ArgumentError(`crpsStudentT: expected df above 1, got ${df}.`);
  }
  const counted = countedColumns("crpsStudentT", { location, scale, targets }, { mask });
  const ratio = Math.exp(logBeta(0.5, df - 0.5) - 2 * logBeta(0.5, df / 2));
  const spread = ((2 * Math.sqrt(df)) / (df - 1)) * ratio;
  const { location: center, scale: width } = counted;
  return meanCrps("crpsStudentT", "scale", center, width, counted.targets, (z) => {
    const density = (2 * studentTPdf(z, df) * (df + z * z)) / (df - 1);
    return z * (2 * studentTCdf(z, df) - 1) + density - spread;
  });
}

export interface SampleCrpsOptions extends MaskOptions {
  /**
   * Divide Σ|xᵢ − xⱼ| by m·(m − 1) and not by m². Without it m samples are judged as the whole
   * forecast; with it as draws from one, whose CRPS it estimates without bias. Default: `false`.
   */
  fair?: boolean;
}

/**
 * The mean CRPS of forecasts that are given as samples: mean |xᵢ − y| − ½·mean |xᵢ − xⱼ|.
 *
 * - `samples`  [..., numSamples], in any order
 * - `targets`  [...]
 *
 * @example
 * crpsFromSamples(tensor([[1, 2, 6], [4, 4, 4]]), [3, 5]); // 0.944, as (8/9 + 1) / 2
 */
export function crpsFromSamples(
  samples: Scores,
  targets: Numbers,
  { fair = false, mask }: SampleCrpsOptions = {},
): number {
  const where = "crpsFromSamples";
  const numTargets = dataOf(targets).length;
  const m = checkScores(where, samples, numTargets);
  if (fair && m < 2) throw new ArgumentError(`${where}: expected at least 2 samples if fair.`);
  const rows = Float64Array.from({ length: numTargets }, (_, i) => i);
  const counted = countedColumns(where, { rows, targets }, { mask });
  let total = 0;
  counted.targets.forEach((y, i) => {
    const first = counted.rows[i] * m;
    const sorted = Float64Array.from({ length: m }, (_, k) => {
      if (Number.isNaN(samples.data[first + k])) throw notANumber(where, "samples", first + k);
      return samples.data[first + k];
    }).sort();
    let error = 0;
    let spread = 0; // Σᵢⱼ |xᵢ − xⱼ| = 2·Σₖ (2k + 1 − m)·xₖ over the sorted samples
    sorted.forEach((x, k) => {
      error += Math.abs(x - y);
      spread += 2 * (2 * k + 1 - m) * x;
    });
    total += error / m - spread / (2 * m * (fair ? m - 1 : m));
  });
  return total / counted.targets.length;
}

/** The mean of width · score(z), z = (y − center) / width; |y − center| where the width is 0. */
function meanCrps(
  where: string,
  what: string,
  center: Float64Array,
  width: Float64Array,
  targets: Float64Array,
  score: (z: number) => number,
): number {
  let sum = 0;
  targets.forEach((y, i) => {
    if (!(width[i] >= 0)) {
      throw new ArgumentError(`${where}: expected ${what} of at least 0, got ${width[i]}.`);
    }
    const distance = y - center[i];
    sum += width[i] === 0 ? Math.abs(distance) : width[i] * score(distance / width[i]);
  });
  return sum / targets.length;
}
