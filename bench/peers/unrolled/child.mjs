/**
 * @file Unrolled as a measured process, through nothing but its public API.
 *
 *   node bench/peers/unrolled/child.mjs <engine> <threads>
 */

import { readFileSync } from "node:fs";
import { setNumThreads, useEngine } from "unrolled";
import { serve } from "../serve.mjs";
import { prepareCharModel } from "./char-model.mjs";
import { prepareLayer } from "./layer.mjs";

const [engine, threads] = process.argv.slice(2);
useEngine(engine);
setNumThreads(Number(threads));

const manifest = new URL("../../../packages/library/package.json", import.meta.url);
await serve({
  version: `Unrolled ${JSON.parse(readFileSync(manifest, "utf8")).version}`,
  prepare: async (work) =>
    work.kind === "char-model" ? prepareCharModel(work) : prepareLayer(work),
});
