/**
 * @file One recurrent layer in onnxruntime: a forward pass, or a streaming step.
 */

import { inputOf, swapFirstAxes } from "../../work.mjs";
import { onnxFile } from "./onnx-file.mjs";

/**
 * What `serve` asks for.
 *
 * @param {object} ort the module
 * @param {{ provider: "cpu" | "wasm", threads: number }} options
 */
export function createPrepare(ort, { provider, threads }) {
  let session = null;
  return async function prepare(work) {
    const { batch, seq, inputSize, hiddenSize } = work;
    await session?.release();
    session = await ort.InferenceSession.create(onnxFile(work), {
      executionProviders: [provider],
      intraOpNumThreads: threads,
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
  };
}
