/**
 * @file The shorter sections: limits, character model, browser, memory, cold start, size, growth.
 */

import { CHAR_MODELS } from "../work.mjs";
import { figuresOf } from "./layers.mjs";
import { nameOf } from "./ratios.mjs";
import { digits, percent, table, times } from "./table.mjs";

export function limitsSection({ about, records }) {
  const rows = records.map(({ mode, shape, parts }) => {
    const kernels = parts.find(({ name }) => name === "kernels");
    const rest = parts.filter((part) => part !== kernels && part.share >= 0.02).slice(0, 4);
    return [
      `${mode} ${shape}`,
      kernels ? percent(kernels.share) : "–",
      rest.map(({ name, share }) => `\`${name}\` ${percent(share)}`).join(", "),
    ];
  });
  return `## What limits us

Where an LSTM's time goes on the ${about.engine} engine, one thread, by V8's profiler. What is in
kernels is bound by arithmetic, or by what feeds it; the rest is the library around them.

${table(["", "kernels", "the most of the rest"], rows)}`;
}

export function charModelSection({ about, records }) {
  const part = (model) => {
    const of = records.filter((record) => record.model === model);
    const timeOf = (id) => of.find(({ system }) => system === id)?.medianMs;
    const rows = of.map((record) => {
      const system = about.systems.find(({ id }) => id === record.system);
      if (!record.medianMs) return [nameOf(system), "–", "–", "–", record.reason ?? ""];
      const torch = timeOf(system.threads > 1 ? `torch-${system.threads}` : "torch");
      return [
        nameOf(system),
        `${digits(record.medianMs)} ±${percent(record.spread)}`,
        String(Math.round(record.tokensPerSecond)),
        digits(record.gflops),
        torch && system.kind === "unrolled" ? times(torch / record.medianMs) : "",
      ];
    });
    if (rows.length === 0) return "";
    const head = ["", "ms a step", "tokens/s", "GFLOP/s", "PyTorch, as many threads ÷ ours"];
    const { vocabulary, embeddingDim, numLayers, hiddenSize, batch, seq } = CHAR_MODELS[model];
    const layers = numLayers > 1 ? `${numLayers} LSTM layers` : "one LSTM layer";
    return `${model === "large" ? "The large one" : "The small one"}: vocabulary ${vocabulary}, embedding ${embeddingDim}, ${layers} of ${hiddenSize}; ${batch} × ${seq}
characters a step.

${table(head, rows)}`;
  };
  return `## The character model

A whole training step: forward, cross-entropy, backward, clipping and AdamW. All begin with the same
weights, and the losses of the first four steps were compared; Keras and TensorFlow.js have one bias
where the others have two, which moves the fourth by a ten-thousandth. brain.js draws its own weights
and has its own rule: only its speed can be shown, at one string of the same length in a model of the
same size.

${part("large")}

${part("small")}
${missingLines(about.missing)}`;
}

export function memorySection({ about, records }) {
  const works = [...new Set(records.map(({ work }) => work))];
  const find = (work, id) => records.find((r) => r.work === work && r.system === id);
  const rows = about.systems
    .filter(({ id }) => works.some((work) => find(work, id)?.peakMiB))
    .map((system) => {
      const found = works.map((work) => find(work, system.id));
      const loaded = Math.min(...found.flatMap((record) => record?.loadedMiB ?? []));
      return [
        nameOf(system),
        digits(loaded),
        ...found.map((record) => (record?.peakMiB ? digits(record.peakMiB) : "–")),
      ];
    });
  return `## Memory in training

The most that a process of its own has had at once (VmHWM), in MiB: when the library was there, and
after three training steps. One thread.

${table(["MiB", "loaded", ...works], rows)}`;
}

export function browserSection({ about, records }) {
  if (about.problem) return `## In a browser\n\nNot measured: ${about.problem}`;
  return `## In a browser

The same work in ${about.browser}, headless, on a cross-origin isolated page; each system in a worker
of its own, in turn with PyTorch and with our Wasm engine in Node, which are processes. Outputs and
gradients were compared with PyTorch's. The browser's threads are not kept on one core.

${figuresOf({ about, records })}
${missingLines(about.missing)}`;
}

export function coldStartSection({ about, records }) {
  const bare = records.find(({ system }) => system === "node");
  const rows = records.map((record) => {
    if (!record.medianMs) return [record.label, "–", "–", "–", record.reason ?? ""];
    const isNode = record !== bare && record.runtime === "node";
    return [
      record.label,
      digits(record.medianMs),
      isNode ? digits(record.medianMs - bare.medianMs) : "",
      digits(record.peakMiB),
      isNode ? digits(record.peakMiB - bare.peakMiB) : "",
    ];
  });
  const head = [
    "",
    "whole process, ms",
    "beyond bare Node, ms",
    "peak memory, MiB",
    "beyond bare Node, MiB",
  ];
  return `## Cold start

A process from nothing to the end of the first forward pass of an LSTM at S2, started
${about.rounds} times in turn with the others; medians.

${table(head, rows)}`;
}

export function bundleSizeSection({ records }) {
  const kb = (bytes) => (bytes / 1000).toFixed(1);
  const rows = records.map(({ what, bytes, gzipped }) => [what, kb(bytes), kb(gzipped)]);
  return `## Size in a browser

Bundled and minified by esbuild; gzip at level 9; KB of 1000 bytes.

${table(["", "KB", "KB gzipped"], rows)}`;
}

export function growthSection({ about, records }, chart) {
  const of = (axis) => records.filter((record) => record.axis === axis);
  const sizes = ["seq", "batch", "hiddenSize", "numLayers"].map((axis) => {
    const [first] = of(axis);
    const rows = of(axis).map(({ value, training, inference }) => [
      String(value),
      digits(training.medianMs),
      digits(inference.medianMs),
      percent(training.medianMs / value / (first.training.medianMs / first.value)),
    ]);
    const head = [axis, "training, ms", "inference, ms", `training per unit of ${axis}`];
    return table(head, rows);
  });
  const threads = of("threads").map(({ value, training, inference }, _, [one]) => [
    String(value),
    digits(training.medianMs),
    digits(inference.medianMs),
    times(one.training.medianMs / training.medianMs),
    times(one.inference.medianMs / inference.medianMs),
  ]);
  const memory = of("memory").map(({ value, training, inference }) => [
    String(value),
    digits(training),
    digits(inference),
  ]);
  const { base, threadsBase, engine } = about;
  return `## How cost grows

An LSTM on the ${engine} engine, one thread, from (${sizesOf(base)}); one size at a time. Time per unit
is relative to the first row: 100 % all the way down is linear; hiddenSize counts twice in the
products with the state.

![Time and memory against each size](${chart})

${sizes.join("\n\n")}

With more threads, at (${sizesOf(threadsBase)}):

${table(["threads", "training, ms", "inference, ms", "training, 1 ÷ n", "inference, 1 ÷ n"], threads)}

Peak memory of a process of its own, in MiB:

${table(["seq", "training", "inference"], memory)}`;
}

function sizesOf({ batch, seq, inputSize, hiddenSize }) {
  return `batch ${batch}, seq ${seq}, inputSize ${inputSize}, hiddenSize ${hiddenSize}`;
}

function missingLines(missing) {
  return missing.map(({ label, reason }) => `\n- ${label}: ${reason}`).join("");
}
