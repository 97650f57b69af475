/**
 * @file `npm run bench -- [what] [options]`: finds the bench, nothing else.
 *
 *   npm run bench                      layers: every system, shape and cell; writes bench/RESULTS.md
 *   npm run bench -- --quick           the same, roughly, into bench/quick/
 *   npm run bench -- all               everything that RESULTS.md shows
 *   npm run bench -- gemm              one bench by name; the first lines of each say what it asks
 *   npm run bench -- install-peers     fetches what to compare with
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, say, setUp } from "../scripts/setup.mjs";

/** In the order of the report. Each writes its part of the results anew. */
const REPORTED = [
  ...["layers", "limits", "char-model", "browser", "memory", "cold-start", "bundle-size", "growth"],
];
const NO_BENCHES = ["main", "load", "work"];

const words = process.argv.slice(2);
const name = words[0] && !words[0].startsWith("-") ? words.shift() : "layers";
if (name !== "all" && !benches().includes(name)) {
  fail(`There is no bench called ${name}. There are: all, ${benches().join(", ")}.`);
}

setUp();
for (const each of name === "all" ? REPORTED : [name]) {
  if (name === "all") say(`── ${each}`);
  const path = join(import.meta.dirname, `${each}.mjs`);
  const { status } = spawnSync(process.execPath, [path, ...words], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function benches() {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".mjs") && existsSync(join(import.meta.dirname, file)))
    .map((file) => file.slice(0, -".mjs".length))
    .filter((each) => !NO_BENCHES.includes(each));
}
