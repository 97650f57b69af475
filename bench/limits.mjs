/**
 * @file Where does an LSTM's time go, on the Wasm engine with one thread?
 *
 *   npm run bench -- limits [--quick] [--shapes S1,S3] [--out bench/RESULTS.md]
 *
 * V8's sampling profiler over the very process that `layers` times: how much of it is kernels, and
 * which JavaScript is the most of the rest.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "../scripts/setup.mjs";
import { Child } from "./driver/child.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { unrolled } from "./driver/systems.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { writeReport } from "./report/index.mjs";
import { layerWork } from "./work.mjs";

const ENGINE = "wasm";
const CELL = "lstm";
const MICROSECONDS_BETWEEN_SAMPLES = 200;

/** What is not the library at work: the bench waiting, and the process starting. */
const OUTSIDE = ["(idle)", "(program)"];

const { quick, shapes, modes, out, results } = readOptions();
const profileMs = quick ? 500 : 3000;
await importUnrolled();
const system = unrolled(ENGINE, 1);

const records = [];
for (const mode of modes) {
  for (const shape of shapes) {
    const parts = sharesOf(await profileOf(layerWork(CELL, shape, mode)));
    records.push({ cell: CELL, mode, shape, parts });
    say(`${mode} ${shape}: ${parts[0].name} ${Math.round(parts[0].share * 100)} %`);
  }
}
writeResults(results, "limits", { quick, engine: ENGINE }, records);
await writeReport(out, results);
process.exit(0);

async function profileOf(work) {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-bench-"));
  try {
    const flags = [
      "--cpu-prof",
      `--cpu-prof-interval=${MICROSECONDS_BETWEEN_SAMPLES}`,
      `--cpu-prof-dir=${folder}`,
    ];
    const child = await Child.start(system, flags);
    await child.prepare(work);
    const perCall = Math.max(await child.run(3), 0.001);
    await child.run(Math.max(3, Math.round(profileMs / perCall)));
    await child.close(); // the profile is written at the end
    const [file] = readdirSync(folder);
    return JSON.parse(readFileSync(join(folder, file), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Parts of the time, the largest first: all kernels together, the collector, each function. */
function sharesOf({ nodes, samples, timeDeltas }) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const spent = new Map();
  let total = 0;
  samples.forEach((id, i) => {
    const { functionName, url } = frames.get(id);
    const isWasm = url.startsWith("wasm:");
    const isOurs = isWasm || url.includes("/library/dist/") || functionName.startsWith("(garbage");
    if (!isOurs || OUTSIDE.includes(functionName)) return;
    const name = isWasm ? "kernels" : functionName || "(anonymous)";
    spent.set(name, (spent.get(name) ?? 0) + timeDeltas[i]);
    total += timeDeltas[i];
  });
  return Array.from(spent, ([name, time]) => ({ name, share: time / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, 6);
}
