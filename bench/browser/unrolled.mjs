/** @file Unrolled in a worker of the page. */

import { setNumThreads, useEngine } from "unrolled";
import { prepareLayer } from "../peers/unrolled/layer.mjs";
import { serveWorker } from "./worker.mjs";

serveWorker(async ({ engine, threads }) => {
  useEngine(engine);
  setNumThreads(threads);
  return prepareLayer;
});
