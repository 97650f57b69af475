/**
 * @file Imports a TypeScript file of the library, inner files too, as `npm run build` would have it.
 */

import { build } from "esbuild";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Inside the repository, so that packages such as koffi are found from there. */
const CACHE = fileURLToPath(new URL("../node_modules/.cache/bench", import.meta.url));

/** @param {string} path from the repository's root */
export async function load(path) {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "bundle-"));
  const outfile = join(folder, "bundle.mjs");
  try {
    await build({
      entryPoints: [fileURLToPath(new URL(`../${path}`, import.meta.url))],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["unrolled-source"],
      logLevel: "error",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Milliseconds so far. `BENCH_CLOCK=cpu` counts only what this process has had of the processor:
 * rougher, but it can be used while other work goes on.
 */
function now() {
  if (process.env.BENCH_CLOCK !== "cpu") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Median and best milliseconds of `body`, after a warm-up.
 *
 * @param {() => void} body
 */
export function measure(body, { atLeastMs = 700, rounds = 9 } = {}) {
  const start = now();
  let calls = 0;
  do {
    body();
    calls++;
  } while (now() - start < atLeastMs / 3);
  const perRound = Math.max(1, Math.round((calls * 2) / rounds));
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const from = now();
    for (let i = 0; i < perRound; i++) body();
    times.push((now() - from) / perRound);
  }
  times.sort((a, b) => a - b);
  return { median: times[rounds >> 1], best: times[0] };
}
