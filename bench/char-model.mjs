/**
 * @file How many characters a second does a whole training step read, optimizer and all?
 *
 *   npm run bench -- char-model [--quick] [--systems unrolled,torch] [--out bench/RESULTS.md]
 *
 * Two models: one of the size that people train, and a small one that reads one string at a time,
 * which is all that brain.js can do.
 */

import { say } from "../scripts/setup.mjs";
import { Contest } from "./driver/contest.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { chosen, listSystems } from "./driver/systems.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { writeReport } from "./report/index.mjs";
import { CHAR_MODELS } from "./work.mjs";

/** The later losses have been through AdamW, which makes much of the smallest gradients. */
const TOLERANCE = 1e-3;

const { quick, pace, systems, out, results } = readOptions();
const { engines } = await importUnrolled();
const works = Object.values(CHAR_MODELS);
const able = listSystems(engines).filter(({ refuses }) => works.some((work) => !refuses(work)));
const contest = await Contest.start(chosen(able, systems));
const patient = { ...pace, budgetMs: 3 * pace.budgetMs };

const records = [];
for (const work of works) {
  const skips = ({ slow }) => (quick && slow && work.batch > 1 ? "left out of a quick run" : null);
  const tokens = work.batch * work.seq;
  for (const record of await contest.measure(work, patient, { skips, tolerance: TOLERANCE })) {
    const perSecond = record.medianMs && 1000 / record.medianMs;
    records.push({
      model: work.model,
      ...record,
      tokensPerSecond: perSecond && tokens * perSecond,
      gflops: perSecond && (flopsOf(work) * perSecond) / 1e9,
    });
  }
  say(`the ${work.model} model: done`);
}
contest.stop();

const unitOf = ({ model }) => model;
writeResults(results, "char-model", { quick, ...contest.describe() }, records, unitOf);
await writeReport(out, results);
process.exit(0);

/** Forward and twice that backward: the layers, and the head. */
function flopsOf({ batch, seq, vocabulary: V, embeddingDim: E, hiddenSize: H, numLayers }) {
  const layers = 4 * H * (E + H) + (numLayers - 1) * 4 * H * 2 * H;
  return 3 * 2 * batch * seq * (layers + H * V);
}
