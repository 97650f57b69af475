/**
 * @file onnxruntime as a measured process: inference only.
 *
 *   node bench/peers/onnxruntime/child.mjs node|web <threads>
 */

import { inputOf, swapFirstAxes } from "../../work.mjs";
import { importPeer } from "../import-peer.mjs";
import { serve } from "../serve.mjs";
import { onnxFile } from "./onnx-file.mjs";

const [flavor, threads] = process.argv.slice(2);
const { module, version } = await importPeer(`onnxruntime-${flavor}`);
const ort = module.InferenceSession ? module : module.default;
if (flavor === "web") ort.env.wasm.numThreads = Number(threads);

let session = null;

await serve({ version, prepare });

async function prepare(work) {
  const { batch, seq, inputSize, hiddenSize } = work;
  await session?.release();
  session = await ort.InferenceSession.create(onnxFile(work), {
    executionProviders: [flavor === "node" ? "cpu" : "wasm"],
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const X = new ort.Tensor("float32", swapFirstAxes(inputOf(work), batch, seq, inputSize), [
    seq,
    batch,
    inputSize,
  ]);
  const zeros = () =>
    new ort.Tensor("float32", new Float32Array(batch * hiddenSize), [1, batch, hiddenSize]);
  const isLstm = work.cell === "lstm";
  let feeds = { X, h0: zeros(), ...(isLstm && { c0: zeros() }) };

  const step = async () => {
    const { Y, Yh, Yc } = await session.run(feeds);
    feeds = { X, h0: Yh, ...(isLstm && { c0: Yc }) };
    return Y;
  };
  const forward = async () => (await session.run(feeds, ["Y"])).Y;
  const body = work.streaming ? step : forward;
  const check = async () => {
    if (work.streaming) await body();
    return { output: swapFirstAxes((await body()).data, seq, batch, hiddenSize) };
  };
  return { body, check };
}
