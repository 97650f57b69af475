/**
 * @file The two distributions that scores and tests need: the normal one and Student's t.
 *
 * By test against SciPy the normal one is good to 1e-14, the other to 1e-11: absolutely, so not for
 * the far tails, where only relative precision would help.
 */

import { ArgumentError } from "../core/errors.ts";

/** φ(z) = exp(−z²/2) / √(2π) */
export function normalPdf(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/**
 * Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + z⁷/(3·5·7) + …)
 *
 * Source: Marsaglia 2004, "Evaluating the normal distribution", Journal of Statistical Software 11
 */
export function normalCdf(z: number): number {
  if (z > 8.3) return 1; // 1 − Φ(8.3) is 5e-17
  if (z < -8.3) return 0;
  let term = z;
  let sum = z;
  for (let i = 3; sum + term !== sum || i === 3; i += 2) {
    term *= (z * z) / i;
    sum += term;
  }
  return 0.5 + sum * normalPdf(z);
}

/**
 * The z with Φ(z) = p, for 0 < p < 1: Newton's method, which climbs from 0 without overshooting.
 *
 * @example
 * normalQuantile(0.975).toFixed(4); // "1.9600"
 */
export function normalQuantile(p: number): number {
  checkProbability("normalQuantile", p);
  if (p < 0.5) return -normalQuantile(1 - p);
  let z = 0;
  for (let i = 0; i < 200; i++) {
    const step = (p - normalCdf(z)) / normalPdf(z);
    z += step;
    if (step < 1e-14) break;
  }
  return z;
}

/** f(t) = Γ((ν + 1)/2) / (√(νπ)·Γ(ν/2)) · (1 + t²/ν)^(−(ν + 1)/2), ν degrees of freedom */
export function studentTPdf(t: number, df: number): number {
  return (
    Math.exp(-0.5 * (df + 1) * Math.log1p((t * t) / df) - logBeta(df / 2, 0.5)) / Math.sqrt(df)
  );
}

/** F(t) = 1 − ½·I(ν/(ν + t²); ν/2, ½) for t ≥ 0, and 1 − F(−t) below: Abramowitz and Stegun 26.7.1 */
export function studentTCdf(t: number, df: number): number {
  const tail = 0.5 * incompleteBeta(df / (df + t * t), (t * t) / (df + t * t), df / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/**
 * The t with F(t) = p, for 0 < p < 1 and `df` degrees of freedom: Newton's method, as for the normal
 * one.
 *
 * @example
 * studentTQuantile(0.025, 4).toFixed(4); // "-2.7764"
 */
export function studentTQuantile(p: number, df: number): number {
  checkProbability("studentTQuantile", p);
  if (p < 0.5) return -studentTQuantile(1 - p, df);
  let t = 0;
  for (let i = 0; i < 500; i++) {
    const step = (p - studentTCdf(t, df)) / studentTPdf(t, df);
    t += step;
    if (step < 1e-12 * (1 + t)) break;
  }
  return t;
}

function checkProbability(where: string, p: number): void {
  if (p > 0 && p < 1) return;
  throw new ArgumentError(`${where}: expected a probability between 0 and 1, got ${p}.`);
}

/** ln B(a, b) */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/**
 * ln Γ(x) for x > 0, by Lanczos' approximation with g = 7 and nine coefficients.
 *
 * Source: Godfrey 2001, "A note on the computation of the convergent Lanczos complex gamma
 * approximation"
 */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const sum = LANCZOS.slice(1).reduce((total, c, i) => total + c / (z + i + 1), LANCZOS[0]);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

// prettier-ignore
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/**
 * The regularized incomplete beta function I(x; a, b), with y = 1 − x given too as it may be tiny.
 *
 * A continued fraction, evaluated by Lentz' method: Press et al., "Numerical recipes", section 6.4.
 */
function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x === 0 || y === 0) return x;
  // The fraction converges fast below this point; above it, its mirror image does.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(y, x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log(y) - logBeta(a, b)) / a;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return front * fraction;
}
