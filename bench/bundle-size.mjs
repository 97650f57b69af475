/**
 * @file How many bytes does a page load?
 *
 *   npm run bench -- bundle-size [--out bench/RESULTS.md]
 *
 * The sources bundled for a browser, with both kernel builds and with one: a page that knows its
 * visitors' browsers can leave the other out.
 */

import { build } from "esbuild";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "../scripts/setup.mjs";
import { build as buildParts, SOURCE_CONDITION, SOURCE_PARTS } from "../scripts/build.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { writeReport } from "./report/index.mjs";

const INFERENCE = `
  import { LSTM, Linear, loadSafetensors, noGrad, tensor } from "unrolled";
  globalThis.app = { LSTM, Linear, loadSafetensors, noGrad, tensor };`;
const TRAINING = `
  import { AdamW, crossEntropy, Embedding, Linear, LSTM, Module, noGrad, tensor } from "unrolled";
  globalThis.app = { AdamW, crossEntropy, Embedding, Linear, LSTM, Module, noGrad, tensor };`;
const CONTRACT = `RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell, Embedding, Linear, Dropout, LayerNorm,
  BatchNorm1d, Sequential, Module, Parameter, init, CrossEntropyLoss, NLLLoss, MSELoss, L1Loss,
  BCEWithLogitsLoss, GaussianNLLLoss, CTCLoss, clipGradNorm, optim, tensor, zeros, ones, randn, cat,
  stack, manualSeed, noGrad, gradCheck, loadSafetensors, saveSafetensors`;
const CORE = `import { ${CONTRACT} } from "unrolled"; globalThis.app = { ${CONTRACT} };`;
const EVERYTHING = `import * as unrolled from "unrolled"; globalThis.app = unrolled;`;

const CASES = [
  ["everything, both kernel builds", EVERYTHING, []],
  ["everything, one kernel build", EVERYTHING, ["simd"]],
  [
    "the core: PyTorch's recurrent and plain layers, losses, optimizers, safetensors; one build",
    CORE,
    ["simd"],
  ],
  ["a training loop: embedding, LSTM, linear, cross-entropy, AdamW; one build", TRAINING, ["simd"]],
  ["inference from a checkpoint: LSTM, linear, safetensors; one build", INFERENCE, ["simd"]],
  ["the same without any kernels", INFERENCE, ["simd", "relaxed"]],
];

const { out, results } = readOptions();
await buildParts({ parts: SOURCE_PARTS });
const records = [];
for (const [what, contents, without] of CASES) {
  const bundle = await bundled(contents, without);
  records.push({ what, bytes: bundle.length, gzipped: gzipSync(bundle, { level: 9 }).length });
}
writeResults(results, "bundle-size", {}, records);
await writeReport(out, results);

async function bundled(contents, without) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(ROOT, "bench") },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: [SOURCE_CONDITION],
    plugins: [withoutKernels(without)],
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

function withoutKernels(builds) {
  const pattern = new RegExp(`kernels[\\\\/]src[\\\\/]generated[\\\\/](${builds.join("|")})\\.ts$`);
  return {
    name: "without-kernels",
    setup({ onLoad }) {
      if (builds.length === 0) return;
      onLoad({ filter: pattern }, () => ({ contents: `export default "";`, loader: "ts" }));
    },
  };
}
