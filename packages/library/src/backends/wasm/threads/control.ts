/**
 * @file The words in shared memory through which the pool and its workers speak. Each worker has a
 * slot of its own.
 */

import { JOB_LENGTH } from "./jobs.ts";

/** Rises with every job; a worker waits for it to change. */
export const TICKET = 0;
/** What the worker is doing. */
export const STATE = 1;
/** The share: start ≤ i < end. */
export const START = 2;
export const END = 3;
export const JOB = 4;

export const SLOT_WORDS = JOB + JOB_LENGTH;

export const STARTING = 0;
export const IDLE = 1;
export const BUSY = 2;
export const FAILED = 3;
