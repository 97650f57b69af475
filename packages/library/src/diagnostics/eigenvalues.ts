/**
 * @file Eigenvalues and the largest singular value of a square matrix, in float64.
 *
 * Hidden-to-hidden matrices are seldom symmetric, and the eigenvalues of most come in complex pairs
 * of equal size, where a power iteration turns for ever. So: to Hessenberg form by Householder
 * reflections, then Francis's implicit double-shift QR steps until the matrix falls apart into blocks
 * of one and two.
 *
 * Source: Golub and Van Loan, "Matrix Computations", 4th edition, algorithms 7.4.2 and 7.5.1; the
 * deflation test and the exceptional shifts are those of EISPACK's HQR (Martin, Peters and
 * Wilkinson 1970).
 */

import { internalError, NumericError } from "../core/errors.ts";

/** Real and imaginary parts, in no order. */
export interface Eigenvalues {
  re: Float64Array;
  im: Float64Array;
}

/** A QR step brings an eigenvalue in two or three; HQR gives up after 30, and so does LAPACK. */
const MAX_STEPS = 60;

/** Of a matrix [n, n], row-major, about 10·n³ operations. */
export function eigenvalues(matrix: ArrayLike<number>, n: number): Eigenvalues {
  const a = Float64Array.from(matrix);
  if (!a.every(Number.isFinite)) {
    throw new NumericError("eigenvalues: expected a matrix of numbers, got NaN or infinity in it.");
  }
  balance(a, n);
  toHessenberg(a, n);
  return ofHessenberg(a, n);
}

/** The largest of the absolute values of all eigenvalues. */
export function spectralRadius(matrix: ArrayLike<number>, n: number): number {
  const { re, im } = eigenvalues(matrix, n);
  return re.reduce((most, value, i) => Math.max(most, Math.hypot(value, im[i])), 0);
}

/**
 * The largest singular value of a matrix [rows, cols]: how much longer it can make a vector.
 *
 * The Lanczos process on AᵀA, every new direction made orthogonal to all before: the largest
 * eigenvalue of its tridiagonal matrix grows to σ². Ended where it stands still to 13 digits, after
 * some tens of products with a vector: a power iteration needs hundreds, as singular values lie close.
 *
 * Source: Golub and Van Loan, section 10.1
 */
export function spectralNorm(matrix: ArrayLike<number>, rows: number, cols: number): number {
  const directions: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let v = Float64Array.from({ length: cols }, (_, i) => 1 + Math.cos(1 + i * i));
  let square = 0;
  // Entries may be so small that their squares are 0: the largest becomes 1.
  const scale = largestOf(matrix);
  if (!(scale > 0)) return scale;
  for (let length = normalize(v); length > 0 && directions.length < cols;) {
    directions.push(v);
    const image = new Float64Array(rows);
    const next = new Float64Array(cols);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) image[i] += (matrix[i * cols + j] / scale) * v[j];
    }
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) next[j] += (matrix[i * cols + j] / scale) * image[i];
    }
    diagonal.push(dot(v, next));
    const before = square;
    square = largestOfTridiagonal(diagonal, beside);
    if (directions.length > 2 && square - before <= 1e-13 * square) break;
    for (let twice = 0; twice < 2; twice++) {
      for (const direction of directions) {
        const along = dot(direction, next);
        for (let j = 0; j < cols; j++) next[j] -= along * direction[j];
      }
    }
    length = normalize(next);
    if (length <= 1e-14 * square) break; // Nothing new: the directions hold all that A does to them.
    beside.push(length);
    v = next;
  }
  return scale * Math.sqrt(square);
}

/** By bisection: as many eigenvalues lie below x as T − x·I has negative pivots. */
function largestOfTridiagonal(diagonal: readonly number[], beside: readonly number[]): number {
  let low = Math.max(...diagonal);
  let high = low;
  for (const [i, a] of diagonal.entries()) {
    high = Math.max(high, a + Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0));
  }
  while (high - low > 1e-15 * high) {
    const x = (low + high) / 2;
    if (x === low || x === high) break;
    let pivot = 1;
    let below = 0;
    for (const [i, a] of diagonal.entries()) {
      const b = beside[i - 1] ?? 0;
      pivot = a - x - (i === 0 ? 0 : (b * b) / (pivot || Number.MIN_VALUE));
      if (pivot < 0) below++;
    }
    if (below === diagonal.length) high = x;
    else low = x;
  }
  return high;
}

function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The length of v; v becomes a unit vector. */
export function normalize(v: Float64Array): number {
  const largest = largestOf(v);
  if (largest === 0) return 0;
  let sum = 0;
  for (const value of v) sum += (value / largest) ** 2; // Squares of 1e-200 would be 0.
  const length = largest * Math.sqrt(sum);
  for (let i = 0; i < v.length; i++) v[i] /= length;
  return length;
}

/** Rows and columns scaled by powers of two until their sizes agree: no rounding, smaller errors. */
function balance(a: Float64Array, n: number): void {
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 0; i < n; i++) {
      let row = 0;
      let column = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(a[j * n + i]);
        row += Math.abs(a[i * n + j]);
      }
      if (row === 0 || column === 0) continue;
      const factor = 2 ** Math.round(Math.log2(row / column) / 2);
      if (factor === 1 || column * factor + row / factor >= 0.95 * (column + row)) continue;
      changed = true;
      for (let j = 0; j < n; j++) {
        a[i * n + j] /= factor;
        a[j * n + i] *= factor;
      }
    }
  }
}

/** Householder reflections from both sides: zeros below the first subdiagonal. */
function toHessenberg(a: Float64Array, n: number): void {
  const v = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let scale = 0;
    for (let i = k + 1; i < n; i++) scale += Math.abs(a[i * n + k]);
    if (scale === 0) continue;
    let squares = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k] / scale;
      squares += v[i] * v[i];
    }
    const alpha = v[k + 1] > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    const half = squares - v[k + 1] * alpha; // vᵀv / 2 once v's first is changed
    v[k + 1] -= alpha;
    // A ← (I − v·vᵀ/half)·A·(I − v·vᵀ/half)
    for (let j = k; j < n; j++) {
      let sum = 0;
      for (let i = k + 1; i < n; i++) sum += v[i] * a[i * n + j];
      sum /= half;
      for (let i = k + 1; i < n; i++) a[i * n + j] -= sum * v[i];
    }
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j] * v[j];
      sum /= half;
      for (let j = k + 1; j < n; j++) a[i * n + j] -= sum * v[j];
    }
    for (let i = k + 2; i < n; i++) a[i * n + k] = 0;
  }
}

function ofHessenberg(a: Float64Array, n: number): Eigenvalues {
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const at = (i: number, j: number) => a[i * n + j];
  let size = 0;
  for (const value of a) size += Math.abs(value);

  let high = n - 1;
  let shifted = 0; // What exceptional shifts have taken from the diagonal.
  let steps = 0;
  while (high >= 0) {
    // The last block that hangs together begins where a subdiagonal element is nothing beside its
    // neighbours on the diagonal.
    let low = high;
    for (; low > 0; low--) {
      const neighbours = Math.abs(at(low - 1, low - 1)) + Math.abs(at(low, low));
      if (Math.abs(at(low, low - 1)) <= Number.EPSILON * (neighbours || size)) break;
    }
    const x = at(high, high);
    if (low === high) {
      re[high] = x + shifted;
      high--;
      steps = 0;
      continue;
    }
    const y = at(high - 1, high - 1);
    const w = at(high, high - 1) * at(high - 1, high);
    if (low === high - 1) {
      pair(x, y, w, shifted, high, re, im);
      high -= 2;
      steps = 0;
      continue;
    }
    if (steps === MAX_STEPS) {
      throw internalError(`no convergence to the eigenvalues of a matrix of ${n} rows`);
    }
    if (steps > 0 && steps % 10 === 0) {
      shifted += x;
      for (let i = 0; i <= high; i++) a[i * n + i] -= x;
      const s = Math.abs(at(high, high - 1)) + Math.abs(at(high - 1, high - 2));
      qrStep(a, n, low, high, 0.75 * s, 0.75 * s, -0.4375 * s * s);
    } else {
      qrStep(a, n, low, high, x, y, w);
    }
    steps++;
  }
  return { re, im };
}

/** The two eigenvalues of [[y, …], […, x]], whose off-diagonal elements have the product w. */
function pair(
  x: number,
  y: number,
  w: number,
  shifted: number,
  high: number,
  re: Float64Array,
  im: Float64Array,
): void {
  const p = (y - x) / 2;
  const q = p * p + w;
  const root = Math.sqrt(Math.abs(q));
  if (q >= 0) {
    const z = p + (p >= 0 ? root : -root);
    re[high - 1] = x + shifted + z;
    re[high] = z === 0 ? re[high - 1] : x + shifted - w / z;
  } else {
    re[high - 1] = re[high] = x + shifted + p;
    im[high - 1] = root;
    im[high] = -root;
  }
}

/** One implicit double-shift QR step on rows and columns low…high; the shifts' sum is x + y. */
function qrStep(
  a: Float64Array,
  n: number,
  low: number,
  high: number,
  x: number,
  y: number,
  w: number,
): void {
  const at = (i: number, j: number) => a[i * n + j];
  // Where two small subdiagonal elements in a row allow it, the step begins further down.
  let m = high - 2;
  let p = 0;
  let q = 0;
  let r = 0;
  for (; m >= low; m--) {
    const z = at(m, m);
    const rr = x - z;
    const ss = y - z;
    p = (rr * ss - w) / at(m + 1, m) + at(m, m + 1);
    q = at(m + 1, m + 1) - z - rr - ss;
    r = at(m + 2, m + 1);
    const scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
    p /= scale;
    q /= scale;
    r /= scale;
    if (m === low) break;
    const left = Math.abs(at(m, m - 1)) * (Math.abs(q) + Math.abs(r));
    const around = Math.abs(at(m - 1, m - 1)) + Math.abs(z) + Math.abs(at(m + 1, m + 1));
    if (left <= Number.EPSILON * Math.abs(p) * around) break;
  }
  for (let i = m + 2; i <= high; i++) {
    a[i * n + i - 2] = 0;
    if (i > m + 2) a[i * n + i - 3] = 0;
  }

  for (let k = m; k < high; k++) {
    const isLast = k === high - 1;
    let scale = 0;
    if (k > m) {
      p = at(k, k - 1);
      q = at(k + 1, k - 1);
      r = isLast ? 0 : at(k + 2, k - 1);
      scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
      if (scale === 0) continue;
      p /= scale;
      q /= scale;
      r /= scale;
    }
    const s = p < 0 ? -Math.hypot(p, q, r) : Math.hypot(p, q, r);
    if (s === 0) continue;
    if (k > m) a[k * n + k - 1] = -s * scale;
    else if (low !== m) a[k * n + k - 1] *= -1;
    const first = (p + s) / s;
    const second = q / s;
    const third = r / s;
    q /= p + s;
    r /= p + s;
    for (let j = k; j <= high; j++) {
      const sum = at(k, j) + q * at(k + 1, j) + (isLast ? 0 : r * at(k + 2, j));
      a[k * n + j] -= sum * first;
      a[(k + 1) * n + j] -= sum * second;
      if (!isLast) a[(k + 2) * n + j] -= sum * third;
    }
    const below = Math.min(high, k + 3);
    for (let i = low; i <= below; i++) {
      const sum = first * at(i, k) + second * at(i, k + 1) + (isLast ? 0 : third * at(i, k + 2));
      a[i * n + k] -= sum;
      a[i * n + k + 1] -= sum * q;
      if (!isLast) a[i * n + k + 2] -= sum * r;
    }
  }
}
