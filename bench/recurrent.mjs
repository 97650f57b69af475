/**
 * @file How fast is a recurrent layer, training and inference, on the Wasm engine alone?
 *
 *   node bench/recurrent.mjs [lstm|gru|rnn_tanh …] [relaxed|simd] [S1 S2 …]
 *
 * Prints milliseconds (best and median) and GFLOP/s of the best. FLOPs are those of the products:
 * 2·B·T·G·H·(I+H) forward, three times that for a training step. S5 is a streaming step.
 */

import { makeCall } from "./engine-call.mjs";
import { load, measure } from "./load.mjs";

const { createWasmBackend } = await load("packages/library/src/backends/wasm/index.ts");

//              B   T    I    H
const SHAPES = {
  S1: [1, 100, 32, 64],
  S2: [16, 64, 64, 128],
  S3: [32, 128, 128, 256],
  S4: [64, 64, 512, 512],
  S5: [1, 1, 64, 128],
  S6: [8, 1000, 16, 64],
};
const GATES = { lstm: 4, gru: 3, rnn_tanh: 1, rnn_relu: 1 };

const asked = process.argv.slice(2);
const cells = asked.filter((word) => word in GATES);
const shapes = asked.filter((word) => word in SHAPES);
const builds = asked.filter((word) => word === "relaxed" || word === "simd");

for (const build of builds.length ? builds : ["relaxed", "simd"]) {
  const backend = createWasmBackend(build);
  for (const cell of cells.length ? cells : ["lstm", "gru", "rnn_tanh"]) {
    for (const shape of shapes.length ? shapes : Object.keys(SHAPES)) {
      const call = makeCall(cell, SHAPES[shape]);
      const flops = 2 * call.batch * call.seq * GATES[cell] * call.hiddenSize;
      const forward = flops * (call.inputSize + call.hiddenSize);
      report(`${build} ${cell} ${shape} training `, forward * 3, () => train(backend, call));
      const inference = { ...call, training: false };
      report(`${build} ${cell} ${shape} inference`, forward, () => backend.recurrent(inference));
    }
  }
}

/** Forward, the gradient of Σy², backward; and the weights change, as an optimizer would have it. */
function train(backend, call) {
  for (const weights of call.directions) {
    for (const storage of Object.values(weights)) storage?.changed();
  }
  const { output, saved } = backend.recurrent(call);
  for (let i = 0; i < output.length; i++) output[i] *= 2;
  backend.recurrentBackward(call, saved, { output, hN: null, cN: null, needsInput: true });
}

function report(name, flops, body) {
  const { best, median } = measure(body);
  const ms = (value) => value.toFixed(value < 1 ? 4 : 2).padStart(9);
  console.log(
    `${name} ${ms(best)} ms best ${ms(median)} median ${(flops / best / 1e6).toFixed(1)} GFLOP/s`,
  );
}
