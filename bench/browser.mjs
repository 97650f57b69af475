/**
 * @file How fast is one recurrent layer in a browser, with one thread and with two?
 *
 *   npm run bench -- browser [--quick] [--shapes S1,S3] [--cells lstm,gru] [--modes inference]
 *
 * Headless Chromium, found by its usual names or by BENCH_BROWSER. Beside it, in turn: onnxruntime-web
 * and TensorFlow.js in workers of the same page, our Wasm engine in Node, and PyTorch.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, say } from "../scripts/setup.mjs";
import { bundle } from "./browser/server.mjs";
import { findBrowser, Page } from "./browser/chromium.mjs";
import { Contest } from "./driver/contest.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { chosen, listSystems } from "./driver/systems.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { folderOf } from "./peers/import-peer.mjs";
import { writeReport } from "./report/index.mjs";
import { flopsOf, layerWork } from "./work.mjs";

const ENGINE = "wasm";
const PROBLEM =
  "no Chromium was found. Install one (Debian: apt install chromium), or name one in BENCH_BROWSER.";

const { quick, pace, shapes, cells, modes, systems, out, results } = readOptions({
  cells: ["lstm"],
});
const browser = findBrowser();
if (!browser) {
  say(`browser: ${PROBLEM}`);
  writeResults(results, "browser", { quick, problem: PROBLEM, systems: [], missing: [] }, []);
  await writeReport(out, results);
  process.exit(0);
}
await importUnrolled();

const outside = listSystems([ENGINE]);
const system = (id) => outside.find((each) => each.id === id);
const inPage = [
  { ...system(`unrolled-${ENGINE}`), script: "unrolled", home: join(ROOT, "packages", "library") },
  {
    ...system(`unrolled-${ENGINE}-2`),
    script: "unrolled",
    home: join(ROOT, "packages", "library"),
  },
  { ...system("onnxruntime-web"), script: "onnxruntime", home: folderOf("onnxruntime-web") },
  { ...system("tfjs"), script: "tfjs", home: folderOf("@tensorflow/tfjs") },
].filter(({ id }) => id);
const bundles = new Map();
const page = await Page.open(browser.command, bundles);

const able = [
  ...inPage.map((each) => ({ ...each, id: `page-${each.id}`, start: () => startInPage(each) })),
  { ...system(`unrolled-${ENGINE}`), label: "Unrolled, wasm in Node" },
  system("torch"),
];
const contest = await Contest.start(chosen(able, systems));
const records = [];
for (const mode of modes) {
  for (const cell of cells) {
    for (const shape of shapes) {
      const work = layerWork(cell, shape, mode);
      const skips = ({ slow }) => (quick && slow ? "left out of a quick run" : null);
      for (const record of await contest.measure(work, pace, { skips })) {
        const gflops = record.medianMs && flopsOf(work) / record.medianMs / 1e6;
        records.push({ mode, cell, shape, ...record, gflops });
      }
      say(`browser: ${mode} ${cell} ${shape}`);
    }
  }
}
contest.stop();
page.close();

const about = { quick, browser: browser.version, ...contest.describe() };
const unitOf = ({ mode, cell, shape }) => `${mode} ${cell} ${shape}`;
writeResults(results, "browser", about, records, unitOf);
await writeReport(out, results);
process.exit(0);

async function startInPage({ id, script, home, engine, threads, label }) {
  const path = `/${script}.js`;
  if (!bundles.has(path)) bundles.set(path, await bundle(script));
  const worker = await page.start({ id: `page-${id}` }, path, { engine, threads });
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  worker.version = `${label.replace(/,.*/, "")} ${version}`;
  return worker;
}
