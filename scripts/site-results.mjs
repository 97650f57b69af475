/**
 * @file Computes what a figure shows where it cannot run: without JavaScript, and on paper.
 *
 *   npm run site:results             every experiment whose result is missing or was another's
 *   npm run site:results -- 3A 4B    these
 *
 * One file each in site/src/results, with the settings and the day. Instant experiments have none:
 * the build computes them.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, COMMAND_PARTS } from "./build.mjs";
import { ROOT, say, seconds, setUp } from "./setup.mjs";

const FOLDER = join(ROOT, "site", "src", "results");

setUp();
await build({ parts: COMMAND_PARTS });
const course = await import(join(ROOT, "site", "dist", "experiments", "index.js"));

const asked = process.argv.slice(2).map((id) => id.toUpperCase());
mkdirSync(FOLDER, { recursive: true });
for (const id of asked.length > 0 ? asked : course.EXPERIMENT_IDS) {
  const experiment = await course.loadExperiment(id);
  if (experiment.isInstant) continue;
  const file = join(FOLDER, `${id}.json`);
  const settings = course.settingsFor(experiment);
  if (asked.length === 0 && existsSync(file)) {
    const stored = course.decodeResult(readFileSync(file, "utf8"));
    if (JSON.stringify(stored.settings) === JSON.stringify(settings)) continue;
  }
  const started = Date.now();
  const findings = await course.runExperiment(experiment);
  if (!findings.claims.every(course.holds)) say(`${id}: not every claim holds`);
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(file, course.encodeResult({ id, settings, date, findings }));
  say(`${id} in ${seconds(started)}`);
}
