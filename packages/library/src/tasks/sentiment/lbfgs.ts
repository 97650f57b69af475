/**
 * @file The minimum of a smooth function of many numbers, from its values and gradients: L-BFGS.
 *
 *   direction = −H·g        H, the inverse curvature, from the last few steps s and gradient changes y
 *   step                    1, halved until the function falls by what the slope promises (Armijo)
 *
 * Source: Liu and Nocedal 1989, "On the limited memory BFGS method for large scale optimization";
 * the two loops are algorithm 7.4 of Nocedal and Wright, "Numerical optimization".
 */

export interface MinimizeOptions {
  /** Default: 60. */
  maxIterations?: number;
  /** Ends where the gradient's length has fallen to this share of `steep`. Default: 0.01. */
  tolerance?: number;
  /** Default: the gradient's length at the start. */
  steep?: number;
}

const MEMORY = 7;
const MAX_HALVINGS = 30;
const ARMIJO = 1e-4;

/**
 * Moves `x`, in place, to where `evaluate` is smallest, and gives the value there.
 *
 * @param evaluate the function's value at x; writes the gradient into `gradient`
 *
 * @example
 * const x = Float64Array.of(5, -3);
 * const valley = (at: Float64Array, gradient: Float64Array) => {
 *   gradient.set([2 * (at[0] - 1), 20 * (at[1] - 2)]);
 *   return (at[0] - 1) ** 2 + 10 * (at[1] - 2) ** 2;
 * };
 * minimize_(x, valley, { tolerance: 1e-9 });
 * Array.from(x, (value) => Math.round(value * 1000) / 1000); // [1, 2]
 */
export function minimize_(
  x: Float64Array,
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  { maxIterations = 60, tolerance = 0.01, steep }: MinimizeOptions = {},
): number {
  const n = x.length;
  let gradient = new Float64Array(n);
  let nextGradient = new Float64Array(n);
  const next = new Float64Array(n);
  const history: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let value = evaluate(x, gradient);
  const flat = tolerance * (steep ?? norm(gradient));

  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const direction = descent(gradient, history);
    const slope = dot(direction, gradient);
    if (!(slope < 0)) break;
    // Nothing is known about the curvature at first: begin with a step of length 1 at most.
    let step = history.length > 0 ? 1 : Math.min(1, 1 / norm(gradient));
    let nextValue = Infinity;
    for (let halving = 0; halving < MAX_HALVINGS; halving++, step /= 2) {
      for (let i = 0; i < n; i++) next[i] = x[i] + step * direction[i];
      nextValue = evaluate(next, nextGradient);
      if (nextValue <= value + ARMIJO * step * slope) break;
    }
    if (!(nextValue < value)) break;
    remember(history, x, next, gradient, nextGradient);
    x.set(next);
    [gradient, nextGradient] = [nextGradient, gradient];
    value = nextValue;
    if (norm(gradient) <= flat) break;
  }
  return value;
}

function remember(
  history: { s: Float64Array; y: Float64Array; rho: number }[],
  x: Float64Array,
  next: Float64Array,
  gradient: Float64Array,
  nextGradient: Float64Array,
): void {
  const s = next.map((value, i) => value - x[i]);
  const y = nextGradient.map((value, i) => value - gradient[i]);
  const curvature = dot(s, y);
  // Along a straight line there is no curvature to learn from.
  if (!(curvature > 1e-12)) return;
  history.push({ s, y, rho: 1 / curvature });
  if (history.length > MEMORY) history.shift();
}

/** −H·g, by two loops over the remembered steps. */
function descent(
  gradient: Float64Array,
  history: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas = new Float64Array(history.length);
  for (let k = history.length - 1; k >= 0; k--) {
    const { s, y, rho } = history[k];
    alphas[k] = rho * dot(s, q);
    addScaled_(q, y, -alphas[k]);
  }
  const last = history.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] *= scale;
  }
  for (const [k, { s, y, rho }] of history.entries()) {
    addScaled_(q, s, alphas[k] - rho * dot(y, q));
  }
  return q;
}

/** The length of a vector. */
export function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled_(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i];
}
