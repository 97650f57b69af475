/** @file onnxruntime-web in a worker of the page. */

import * as ort from "onnxruntime-web/wasm";
import { createPrepare } from "../peers/onnxruntime/session.mjs";
import { serveWorker } from "./worker.mjs";

serveWorker(async ({ threads }) => {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = "/packages/onnxruntime-web/dist/";
  return createPrepare(ort, { provider: "wasm", threads });
});
