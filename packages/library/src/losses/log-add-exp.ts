/**
 * @file Sums of probabilities that are kept as logarithms.
 *
 *   log (exp a + exp b) = a + g(b − a) for a ≥ b,    g(d) = log (1 + exp d), d ≤ 0
 *
 * `Math.exp` and `Math.log` would be nearly all of a CTC loss's time, so g comes from a table: at 32
 * places for every unit of d its Taylor polynomial of order 5, which is off by less than 1e-14.
 */

/** Below this g is less than half a unit in the last place of 1. */
const LOWEST = -37;
const PLACES_PER_UNIT = 32;
const COEFFICIENTS = 6;

const table = taylorTable();

/** log (exp a + exp b); −Infinity is probability 0. */
export function logAddExp(a: number, b: number): number {
  const larger = a > b ? a : b;
  const smaller = a > b ? b : a;
  if (smaller === -Infinity) return larger;
  const difference = smaller - larger;
  if (difference < LOWEST) return larger;
  const place = Math.round(-PLACES_PER_UNIT * difference);
  const x = difference + place / PLACES_PER_UNIT;
  const c = COEFFICIENTS * place;
  // prettier-ignore
  const g = table[c] + x * (table[c + 1] + x * (table[c + 2] + x * (table[c + 3] + x * (table[c + 4] + x * table[c + 5]))));
  return larger + g;
}

/** For each place d = 0, −1/32, −2/32 …: g(d), g′(d), g″(d)/2!, … */
function taylorTable(): Float64Array {
  const numPlaces = -LOWEST * PLACES_PER_UNIT + 1;
  const coefficients = new Float64Array(numPlaces * COEFFICIENTS);
  for (let place = 0; place < numPlaces; place++) {
    const d = -place / PLACES_PER_UNIT;
    const s = 1 / (1 + Math.exp(-d)); // g′ is the sigmoid, and s′ = s·(1 − s)
    const p = s * (1 - s);
    const q = p * (1 - 2 * s);
    const derivatives = [s, p / 2, q / 6, (p * (1 - 6 * p)) / 24, (q * (1 - 12 * p)) / 120];
    coefficients.set([Math.log1p(Math.exp(d)), ...derivatives], place * COEFFICIENTS);
  }
  return coefficients;
}
