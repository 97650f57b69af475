/**
 * @file Where do the machine's libraries begin to be faster than the Wasm engine, on one thread?
 *
 *   BENCH_CLOCK=cpu node bench/native.mjs                   S1–S6, LSTM, GRU and RNN
 *   BENCH_CLOCK=cpu node bench/native.mjs lstm 8x16x32x64   B×T×I×H of your own
 *   BENCH_CLOCK=cpu node bench/native.mjs products
 *
 * Every call goes to the libraries here, also where the native engine would leave it to Wasm; a
 * star marks those that it would take. Best of several rounds, in milliseconds, and how many times
 * as fast; GFLOP/s count the products alone.
 */

import { makeCall, random } from "./engine-call.mjs";
import { load, measure } from "./load.mjs";

process.env.UNROLLED_THREADS ??= "1";
const { createNativeBackend, nativeSupport, paysAsLayer, paysAsProduct } = await load(
  "packages/library/src/backends/native/index.ts",
);
const { createWasmBackend } = await load("packages/library/src/backends/wasm/index.ts");

const wasm = createWasmBackend("relaxed");
const native = createNativeBackend(wasm, { everySize: true });
const { report } = nativeSupport();
if (report.problem !== null) throw new Error(report.problem);
const { name, version } = report.libraries.at(-1);
console.log(`${name} ${version} against the wasm engine`);

const GATES = { lstm: 4, gru: 3, rnn_tanh: 1 };
//               B   T    I    H
const SHAPES = {
  S1: [1, 100, 32, 64],
  S2: [16, 64, 64, 128],
  S3: [32, 128, 128, 256],
  S4: [64, 64, 512, 512],
  S5: [1, 1, 64, 128],
  S6: [8, 1000, 16, 64],
};
// prettier-ignore
const PRODUCTS = [[8, 8, 8], [16, 16, 16], [1, 256, 128], [32, 10, 64], [32, 32, 32], [64, 64, 64], [16, 65, 128], [128, 128, 128], [2048, 65, 256], [512, 512, 512]];

const asked = process.argv.slice(2);
if (asked.includes("products")) products();
else layers();

function layers() {
  const cells = asked.filter((word) => word in GATES);
  const own = asked.filter((word) => /^\d+x\d+x\d+x\d+$/.test(word));
  const named = asked.filter((word) => word in SHAPES);
  const shapes = own.length + named.length > 0 ? [...named, ...own] : Object.keys(SHAPES);
  for (const cell of cells.length > 0 ? cells : Object.keys(GATES)) {
    for (const shape of shapes) {
      const call = makeCall(cell, SHAPES[shape] ?? shape.split("x").map(Number));
      const inference = { ...call, training: false };
      const flops =
        2 * call.batch * call.seq * GATES[cell] * call.hiddenSize * (call.inputSize + call.hiddenSize); // prettier-ignore
      const line = (mode, factor, run, takes) =>
        compare(`${cell} ${shape} ${mode}`, flops * factor, run, takes);
      line("training", 3, (backend) => train(backend, call), paysAsLayer(call));
      line("inference", 1, (backend) => backend.recurrent(inference), paysAsLayer(inference));
    }
  }
}

function products() {
  for (const [m, n, k] of PRODUCTS) {
    const call = { batch: 1, m, n, k, a: random(m * k), b: random(k * n), transB: true };
    compare(`${m}x${n}x${k}`, 2 * m * n * k, (backend) => backend.gemm(call), paysAsProduct(call));
  }
}

function compare(name, flops, run, takes) {
  const [fast, slow] = [native, wasm].map((backend) => measure(() => run(backend)).best);
  const ms = (value) => value.toFixed(value < 1 ? 4 : 2).padStart(9);
  const ratio = (slow / fast).toFixed(2).padStart(5);
  const gflops = (flops / fast / 1e6).toFixed(0).padStart(4);
  console.log(
    `${takes ? "*" : " "} ${name.padEnd(26)} native ${ms(fast)} ms  wasm ${ms(slow)} ms  ×${ratio}  ${gflops} GFLOP/s`,
  );
}

/** Forward, the gradient of Σy², backward; and the weights change, as an optimizer would have it. */
function train(backend, call) {
  for (const storage of Object.values(call.directions[0])) storage?.changed();
  const { output, saved } = backend.recurrent(call);
  for (let i = 0; i < output.length; i++) output[i] *= 2;
  backend.recurrentBackward(call, saved, { output, hN: null, cN: null, needsInput: true });
}
