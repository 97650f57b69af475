/**
 * @file How much memory does a process need that trains?
 *
 *   npm run bench -- memory [--quick] [--shapes S2,S4] [--systems unrolled,torch]
 *
 * A process of its own for each system and work; its peak (VmHWM) once the library is there, and
 * after a few training steps.
 */

import { say } from "../scripts/setup.mjs";
import { Child } from "./driver/child.mjs";
import { Contest } from "./driver/contest.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { chosen, listSystems } from "./driver/systems.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { writeReport } from "./report/index.mjs";
import { CHAR_MODELS, layerWork } from "./work.mjs";

const SHAPES = ["S2", "S3", "S4"];
const STEPS = 3;
const STEP_LIMIT_MS = 60_000;

const { quick, shapes, systems, out, results } = readOptions();
const { engines } = await importUnrolled();
const trains = ({ refuses }) => !refuses(layerWork("lstm", "S2", "training"));
const single = listSystems(engines).filter((system) => system.threads === 1 && trains(system));
const contest = await Contest.start(chosen(single, systems));
contest.stop();

const works = [
  ...SHAPES.filter((shape) => shapes.includes(shape)).map((shape) => ({
    name: `LSTM ${shape}`,
    work: layerWork("lstm", shape, "training"),
  })),
  { name: "character model", work: CHAR_MODELS.large },
];
const records = [];
for (const { name, work } of works) {
  for (const system of contest.systems) {
    const reason =
      system.refuses(work) ?? (quick && system.slow ? "left out of a quick run" : null);
    const found = reason ? { reason } : await peakOf(system, work);
    records.push({ work: name, system: system.id, ...found });
  }
  say(`${name}: done`);
}
writeResults(results, "memory", { quick, ...contest.describe() }, records, ({ work }) => work);
await writeReport(out, results);
process.exit(0);

async function peakOf(system, work) {
  let child;
  try {
    child = await Child.start(system);
    const loadedMiB = await child.peakMiB();
    // Whoever has several ways to do it takes the usual one here: trying them all costs memory.
    await child.prepare({ ...work, plain: true }, STEP_LIMIT_MS, { check: false });
    await child.run(STEPS, STEPS * STEP_LIMIT_MS);
    return { loadedMiB, peakMiB: await child.peakMiB() };
  } catch (error) {
    return { reason: error.message };
  } finally {
    child?.stop();
  }
}
