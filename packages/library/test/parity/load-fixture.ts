/**
 * @file Reads the numbers that `scripts/make-fixtures.py` had PyTorch compute, and compares with
 * them. The script's first lines say which keys a fixture holds.
 */

import { readdirSync, readFileSync } from "node:fs";

const FIXTURES = new URL("fixtures/", import.meta.url);

/**
 * How close is close. The fixtures are float64 results, so the distance is all our own rounding.
 * PyTorch itself, run in float32 on the same cases, stays within 0.4 of this.
 */
export const PARITY: Tolerance = { rtol: 1e-5, atol: 1e-6 };

/** `actual` is close where |actual − expected| ≤ atol + rtol · |expected|. */
export interface Tolerance {
  rtol: number;
  atol: number;
}

/** Row-major. Inputs and weights are float32 values: `Float32Array.from(data)` loses nothing. */
export interface FixtureTensor {
  shape: number[];
  data: Float64Array;
}

export interface Fixture<Options = FixtureOptions> {
  name: string;
  /** The version of PyTorch that computed it. */
  torch: string;
  /** The constructor's arguments and options by our own names; those left out are defaults. */
  options: Options;
  /** The tensor of this key; an error where there is none. */
  get(key: string): FixtureTensor;
  has(key: string): boolean;
  /** All keys that begin with `prefix`, whole, in the order of the file. */
  keys(prefix?: string): string[];
}

// A test knows what its own fixture holds; naming a type for each of 300 would help nobody.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type FixtureOptions = Record<string, any>;

/** What JSON cannot write as a number stands there as a string. */
type WrittenNumber = number | "Infinity" | "-Infinity" | "NaN";

interface FixtureFile<Options> {
  name: string;
  torch: string;
  options: Options;
  tensors: Record<string, { shape: number[]; data: WrittenNumber[] }>;
}

/**
 * The fixture of this name, which is the file's without its ending.
 *
 * @example
 * const fixture = loadFixture("lstm-2-layers-states");
 * const { inputSize, hiddenSize, ...options } = fixture.options;
 * const { shape, data } = fixture.get("weights.weight_ih_l0");
 */
export function loadFixture<Options = FixtureOptions>(name: string): Fixture<Options> {
  const text = readFileSync(new URL(`${name}.json`, FIXTURES), "utf8");
  const { torch, options, tensors } = JSON.parse(text) as FixtureFile<Options>;

  return {
    name,
    torch,
    options,
    get(key) {
      if (!Object.hasOwn(tensors, key)) {
        const known = Object.keys(tensors).join(", ");
        throw new Error(`fixture ${name} has no tensor "${key}"; it has ${known}`);
      }
      const { shape, data } = tensors[key];
      return { shape: [...shape], data: Float64Array.from(data, Number) };
    },
    has: (key) => Object.hasOwn(tensors, key),
    keys: (prefix = "") => Object.keys(tensors).filter((key) => key.startsWith(prefix)),
  };
}

/** The names of all fixtures that begin with `prefix`, sorted. */
export function fixtureNames(prefix = ""): string[] {
  return readdirSync(FIXTURES)
    .filter((file) => file.endsWith(".json") && file.startsWith(prefix))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/**
 * Throws unless all numbers are close. Infinities must be equal, and NaN is close to NaN only.
 *
 * @example
 * expectClose(output.data, fixture.get("output").data, PARITY, `${fixture.name} output`);
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol, atol }: Tolerance = PARITY,
  label = "values",
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${label}: expected ${expected.length} numbers, got ${actual.length}`);
  }

  let first = -1;
  let worst = -1;
  let numWrong = 0;
  let largestError = 0;
  for (let index = 0; index < expected.length; index++) {
    if (Object.is(actual[index], expected[index]) || actual[index] === expected[index]) continue;
    const difference = Math.abs(actual[index] - expected[index]);
    const error = Number.isNaN(difference) ? Infinity : difference;
    // Not `error > bound`: beside an infinite `expected` the bound is infinite too.
    const close = Number.isFinite(error) && error <= atol + rtol * Math.abs(expected[index]);
    if (!close) {
      numWrong++;
      if (first < 0) first = index;
    }
    if (error > largestError) {
      largestError = error;
      worst = index;
    }
  }
  if (numWrong === 0) return;

  throw new Error(
    `${label}: ${numWrong} of ${expected.length} numbers are not close ` +
      `(rtol ${rtol}, atol ${atol}). ` +
      `First at index ${first}: expected ${expected[first]}, got ${actual[first]}. ` +
      `Largest error ${largestError.toPrecision(3)} ` +
      `at index ${worst}: expected ${expected[worst]}, got ${actual[worst]}.`,
  );
}
