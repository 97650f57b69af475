/**
 * @file onnxruntime as a measured process: inference only.
 *
 *   node bench/peers/onnxruntime/child.mjs node|web <threads>
 */

import { importPeer } from "../import-peer.mjs";
import { serve } from "../serve.mjs";
import { createPrepare } from "./session.mjs";

const [flavor, threads] = process.argv.slice(2);
const { module, version } = await importPeer(`onnxruntime-${flavor}`);
const ort = module.InferenceSession ? module : module.default;
if (flavor === "web") ort.env.wasm.numThreads = Number(threads);

const provider = flavor === "node" ? "cpu" : "wasm";
await serve({ version, prepare: createPrepare(ort, { provider, threads: Number(threads) }) });
