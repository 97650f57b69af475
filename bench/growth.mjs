/**
 * @file How does the cost of an LSTM grow with its sizes and shrink with threads, and how does its
 * memory grow with the sequence?
 *
 *   npm run bench -- growth [--quick] [--out bench/RESULTS.md]
 */

import { availableParallelism } from "node:os";
import { say } from "../scripts/setup.mjs";
import { alternate } from "./driver/alternate.mjs";
import { Child } from "./driver/child.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { unrolled } from "./driver/systems.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { writeReport } from "./report/index.mjs";
import { MODES, SHAPES } from "./work.mjs";

const ENGINE = "wasm";
const BASE = { ...SHAPES.S2, numLayers: 1 };
const THREADS_BASE = { ...SHAPES.S3, numLayers: 1 };
const AXES = {
  seq: [16, 64, 256, 1024],
  batch: [1, 4, 16, 64],
  hiddenSize: [32, 64, 128, 256],
  numLayers: [1, 2, 4],
  threads: [1, 2, 4, 8].filter((threads) => threads <= availableParallelism()),
};
const MEMORY_SEQ = [64, 256, 1024, 4096];

const { quick, pace, out, results } = readOptions();
await importUnrolled();

const records = [];
for (const [axis, values] of Object.entries(AXES)) {
  const rows = values.map((value) => ({ axis, value }));
  for (const mode of MODES) {
    const entrants = [];
    for (const { value } of rows) {
      entrants.push(
        axis === "threads"
          ? await entrant({ ...THREADS_BASE, mode }, value)
          : await entrant({ ...BASE, [axis]: value, mode }),
      );
    }
    const found = await alternate(entrants, pace);
    rows.forEach((row, i) => (row[mode] = found[i]));
    for (const { child } of entrants) child.stop();
  }
  records.push(...rows);
  say(`${axis}: done`);
}
for (const seq of MEMORY_SEQ) {
  const row = { axis: "memory", value: seq };
  for (const mode of MODES) {
    const { child } = await entrant({ ...BASE, seq, mode });
    await child.run(3);
    row[mode] = await child.peakMiB();
    child.stop();
  }
  records.push(row);
}

const about = { quick, engine: ENGINE, base: BASE, threadsBase: THREADS_BASE };
writeResults(results, "growth", about, records);
await writeReport(out, results);
process.exit(0);

/** A process of its own for each size. */
async function entrant(sizes, threads = 1) {
  const child = await Child.start(unrolled(ENGINE, threads));
  const work = { kind: "layer", cell: "lstm", streaming: false, ...sizes };
  await child.prepare(work, undefined, { check: false });
  return { child, threads };
}
