/** @file TensorFlow.js on its WebAssembly backend in a worker of the page. */

import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { prepareLayer } from "../peers/tfjs/layer.mjs";
import { serveWorker } from "./worker.mjs";

serveWorker(async () => {
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths("/packages/@tensorflow/tfjs-backend-wasm/dist/");
  await tf.setBackend("wasm");
  return (work) => {
    tf.disposeVariables();
    return prepareLayer(tf, work);
  };
});
