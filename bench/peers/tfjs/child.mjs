/**
 * @file TensorFlow.js as a measured process.
 *
 *   node bench/peers/tfjs/child.mjs wasm|node
 */

import { join } from "node:path";
import { folderOf, importPeer } from "../import-peer.mjs";
import { serve } from "../serve.mjs";
import { prepareCharModel } from "./char-model.mjs";
import { prepareLayer } from "./layer.mjs";

const { tf, version } = process.argv[2] === "node" ? await native() : await wasm();

await serve({
  version,
  prepare(work) {
    tf.disposeVariables();
    return work.kind === "char-model" ? prepareCharModel(tf, work) : prepareLayer(tf, work);
  },
});

async function wasm() {
  const { module: tf, version } = await importPeer("@tensorflow/tfjs");
  const { module: backend } = await importPeer("@tensorflow/tfjs-backend-wasm");
  backend.setWasmPaths(join(folderOf("@tensorflow/tfjs-backend-wasm"), "dist", "/"));
  backend.setThreadsCount(1);
  await tf.setBackend("wasm");
  await tf.ready();
  return { tf, version: version.replace("@tensorflow/tfjs", "TensorFlow.js") };
}

async function native() {
  const { module, version } = await importPeer("@tensorflow/tfjs-node");
  return { tf: module.default ?? module, version: version.replace("@tensorflow/", "") };
}
