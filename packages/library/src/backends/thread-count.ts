/**
 * @file How many threads there are to be.
 */

import { environmentVariable, processorCount } from "#platform";
import { ArgumentError } from "../core/errors.ts";

/** Threads beyond the number of processors only get in each other's way. */
const MOST_THREADS = 64;

let wanted: number | undefined;

/**
 * How many threads large work is split among, the calling one included. Without it, the environment
 * variable `UNROLLED_THREADS` decides (Node), else the number of processors; in a page that is not
 * cross-origin isolated it is always 1. Results do not depend on it.
 *
 * @example
 * setNumThreads(1);
 * getNumThreads(); // 1
 */
export function setNumThreads(count: number): void {
  wanted = checkedThreads("setNumThreads", count);
}

/** See {@link setNumThreads}. */
export function getNumThreads(): number {
  if (wanted === undefined) {
    const variable = environmentVariable("UNROLLED_THREADS");
    wanted = variable ? checkedThreads("UNROLLED_THREADS", Number(variable)) : processorCount();
  }
  return Math.min(wanted, MOST_THREADS);
}

function checkedThreads(where: string, count: number): number {
  if (Number.isInteger(count) && count >= 1) return count;
  throw new ArgumentError(`${where}: expected a whole number of at least 1, got ${count}.`);
}
