/**
 * @file How many characters a second does a whole training step read, optimizer and all?
 *
 *   npm run bench -- char-model [--quick] [--systems unrolled,torch] [--out bench/RESULTS.md]
 */

import { Contest } from "./driver/contest.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { chosen, listSystems } from "./driver/systems.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { writeReport } from "./report/index.mjs";

const WORK = {
  kind: "char-model",
  vocabulary: 65,
  embeddingDim: 64,
  hiddenSize: 256,
  numLayers: 2,
  batch: 32,
  seq: 64,
};

/** The second loss has been through AdamW, which makes much of the smallest gradients. */
const TOLERANCE = 1e-3;

const { quick, pace, systems, out, results } = readOptions();
const { engines } = await importUnrolled();
const able = listSystems(engines).filter((system) => system.refuses(WORK) === null);
const contest = await Contest.start(chosen(able, systems));
const tokens = WORK.batch * WORK.seq;
const patient = { ...pace, budgetMs: 3 * pace.budgetMs };
const records = (await contest.measure(WORK, patient, { tolerance: TOLERANCE })).map((record) => ({
  ...record,
  tokensPerSecond: record.medianMs && (tokens / record.medianMs) * 1000,
  gflops: record.medianMs && flopsOf(WORK) / record.medianMs / 1e6,
}));
const missing = contest.missing.map(({ label, reason }) => ({ label, reason }));
contest.stop();

writeResults(
  results,
  "char-model",
  { quick, work: WORK, systems: shown(contest), missing },
  records,
);
await writeReport(out, results);
process.exit(0);

/** Forward and twice that backward: both layers, and the head. */
function flopsOf({ vocabulary: V, embeddingDim: E, hiddenSize: H, numLayers }) {
  const layers = 4 * H * (E + H) + (numLayers - 1) * 4 * H * 2 * H;
  return 3 * 2 * tokens * (layers + H * V);
}

function shown({ systems }) {
  return systems.map(({ id, label, kind, engine, threads, version }) => ({
    ...{ id, label, kind, engine, threads, version },
  }));
}
