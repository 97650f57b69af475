/**
 * @file A process that imports one library, runs an LSTM at S2 forward, and ends.
 *
 *   node bench/cold-start/first-forward.mjs node|unrolled|onnxruntime-node|onnxruntime-web|tfjs|jax-js
 *
 * Nothing is imported that the one library does not need. Prints its peak memory.
 */

const [batch, seq, inputSize, hiddenSize] = [16, 64, 64, 128];

const FIRST_FORWARD = {
  node() {},

  async unrolled() {
    const { LSTM, noGrad, ones } = await import("unrolled");
    const lstm = new LSTM(inputSize, hiddenSize, { batchFirst: true });
    const [output] = noGrad(() => lstm.forward(ones([batch, seq, inputSize])));
    return output.data;
  },

  "onnxruntime-node": () => onnxruntime("node"),
  "onnxruntime-web": () => onnxruntime("web"),

  async tfjs() {
    const { folderOf, importPeer } = await import("../peers/import-peer.mjs");
    const { module: tf } = await importPeer("@tensorflow/tfjs");
    const { module: wasm } = await importPeer("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(`${folderOf("@tensorflow/tfjs-backend-wasm")}/dist/`);
    await tf.setBackend("wasm");
    const lstm = tf.layers.lstm({
      units: hiddenSize,
      returnSequences: true,
      recurrentInitializer: "glorotUniform", // the default takes a second more
    });
    return lstm.apply(tf.ones([batch, seq, inputSize])).dataSync();
  },

  async "jax-js"() {
    const { forward } = await import("../peers/jax-js/recurrent.mjs");
    return await forward({ cell: "lstm", batch, seq, inputSize, hiddenSize });
  },
};

async function onnxruntime(flavor) {
  const { importPeer } = await import("../peers/import-peer.mjs");
  const { onnxFile } = await import("../peers/onnxruntime/onnx-file.mjs");
  const { module } = await importPeer(`onnxruntime-${flavor}`);
  const ort = module.InferenceSession ? module : module.default;
  if (flavor === "web") ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(
    onnxFile({ cell: "lstm", batch, seq, inputSize, hiddenSize }),
    { intraOpNumThreads: 1 },
  );
  const zeros = (...shape) =>
    new ort.Tensor("float32", new Float32Array(shape.reduce((a, b) => a * b)), shape);
  const state = () => zeros(1, batch, hiddenSize);
  return (await session.run({ X: zeros(seq, batch, inputSize), h0: state(), c0: state() })).Y.data;
}

await FIRST_FORWARD[process.argv[2]]();
const { peakMiB } = await import("../peers/peak-memory.mjs");
console.log(JSON.stringify({ peakMiB: peakMiB() }));
process.exit(0);
