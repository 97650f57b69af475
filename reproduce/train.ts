/**
 * @file `fit`, with a checkpoint from which an interrupted run goes on bit for bit.
 */

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import {
  decodeSnapshot,
  encodeSnapshot,
  fit,
  RandomGenerator,
  type BatchSource,
  type FitEvent,
  type FitOptions,
  type FitResult,
  type NextBatch,
  type RandomState,
} from "unrolled";
import type { Outcome, RunContext } from "./table.ts";

const SECONDS_PER_CHECKPOINT = 60;

type Spent = NonNullable<Outcome["spentBefore"]>;

/** The run was stopped by Ctrl-C, and its checkpoint is written. */
export class Interrupted extends Error {}

/**
 * Trains as `fit` does, says how it goes, and returns what was spent before this process. A signal
 * among the options ends the training, and all is well.
 *
 * @throws Interrupted if the signal of the context ended it
 */
export async function train<Batch>(
  { checkpointFile, signal, log }: RunContext,
  options: FitOptions<Batch>,
): Promise<FitResult & { spentBefore: Spent }> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const resume =
    checkpointFile && existsSync(checkpointFile)
      ? decodeSnapshot(readFileSync(checkpointFile))
      : undefined;
  const spentBefore = (resume?.meta.spent ?? { seconds: 0, cpuSeconds: 0 }) as unknown as Spent;
  const spent = (): Spent => {
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      seconds: spentBefore.seconds + seconds,
      cpuSeconds: spentBefore.cpuSeconds + (user + system) / 1e6,
    };
  };
  const checkpoint = checkpointFile
    ? {
        everySeconds: SECONDS_PER_CHECKPOINT,
        save: ({ tensors, meta }: Parameters<typeof encodeSnapshot>[0]) => {
          const bytes = encodeSnapshot({ tensors, meta: { ...meta, spent: { ...spent() } } });
          // A file is either the old one or the new one, whenever the process ends.
          writeFileSync(`${checkpointFile}.new`, bytes);
          renameSync(`${checkpointFile}.new`, checkpointFile);
        },
      }
    : undefined;

  const onEvent = progressLines(log);
  const either = options.signal ? AbortSignal.any([signal, options.signal]) : signal;
  const result = await fit({ ...options, checkpoint, resume, signal: either, onEvent });
  if (signal.aborted) throw new Interrupted();
  if (checkpointFile) rmSync(checkpointFile, { force: true });
  return { ...result, spentBefore };
}

function progressLines(log: (line: string) => void): (event: FitEvent) => void {
  let trainLoss = "";
  let left = "";
  return (event) => {
    if (event.type === "plan" && event.startStep > 0) log(`goes on at step ${event.startStep}`);
    if (event.type === "step") {
      trainLoss = event.loss.toFixed(5);
      left = `${(event.secondsLeft / 60).toFixed(1)} min left`;
    }
    if (event.type === "validation") {
      const best = event.isBest ? " *" : "";
      log(
        `step ${event.step}: loss ${trainLoss}, validation ${event.loss.toFixed(5)}${best}, ${left}`,
      );
    }
  };
}

/** Sequences made anew for every step. */
export class GeneratedBatches<Batch> implements BatchSource<Batch> {
  readonly batchesPerEpoch = 1000;
  readonly #generator: RandomGenerator;
  readonly #make: (generator: RandomGenerator) => Batch;
  #count = 0;

  constructor(seed: number, make: (generator: RandomGenerator) => Batch) {
    this.#generator = new RandomGenerator(seed);
    this.#make = make;
  }

  next(): NextBatch<Batch> {
    const startsEpoch = this.#count++ % this.batchesPerEpoch === 0;
    return { batch: this.#make(this.#generator), startsEpoch };
  }

  getPosition(): { count: number; state: { words: number[]; spare: number | null } } {
    return { count: this.#count, state: this.#generator.getState() };
  }

  setPosition(position: unknown): void {
    const { count, state } = position as { count: number; state: RandomState };
    this.#count = count;
    this.#generator.setState(state);
  }
}
