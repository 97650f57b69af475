/**
 * @file How fast is one recurrent layer, beside what else there is?
 *
 *   npm run bench -- layers [--quick] [--shapes S1,S3] [--cells lstm] [--modes training,inference]
 *                           [--systems unrolled,torch] [--out bench/RESULTS.md]
 *
 * Every system is a process of its own, does the same work with the same numbers, and is compared
 * with PyTorch before it is timed. They take turns. What is measured again replaces what the results
 * had of the same work; the rest of them stays, if it is from the same machine.
 */

import { say } from "../scripts/setup.mjs";
import { Contest } from "./driver/contest.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { chosen, listSystems } from "./driver/systems.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { writeReport } from "./report/index.mjs";
import { flopsOf, layerWork } from "./work.mjs";

/** In a quick run the slow systems show themselves at small shapes only. */
const SHAPES_OF_SLOW = ["S1", "S2", "S5"];

const { quick, pace, shapes, cells, modes, systems, out, results } = readOptions();
const { engines } = await importUnrolled();
const able = listSystems(engines).filter(
  ({ refuses }) => !refuses(layerWork("lstm", "S1", "inference")),
);
const contest = await Contest.start(chosen(able, systems));

const records = [];
for (const mode of modes) {
  for (const cell of cells) {
    for (const shape of shapes) {
      const work = layerWork(cell, shape, mode);
      const isTooSlow = ({ slow }) => quick && slow && !SHAPES_OF_SLOW.includes(shape);
      const skips = (system) => (isTooSlow(system) ? "left out of a quick run" : null);
      const started = performance.now();
      for (const record of await contest.measure(work, pace, { skips })) {
        const gflops = record.medianMs && flopsOf(work) / record.medianMs / 1e6;
        records.push({ mode, cell, shape, ...record, gflops });
      }
      const seconds = (performance.now() - started) / 1000;
      say(`${mode} ${cell} ${shape}: ${seconds.toFixed(1)} s`);
    }
  }
}
contest.stop();

const unitOf = ({ mode, cell, shape }) => `${mode} ${cell} ${shape}`;
writeResults(results, "layers", { quick, ...contest.describe() }, records, unitOf);
await writeReport(out, results);
process.exit(0);
