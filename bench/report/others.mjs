/**
 * @file The shorter sections: limits, character model, cold start, size, growth.
 */

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
  const { work } = about;
  const timeOf = (id) => records.find(({ system }) => system === id)?.medianMs;
  const rows = about.systems.map((system) => {
    const record = records.find((r) => r.system === system.id);
    if (!record?.medianMs) return [nameOf(system), "–", "–", "–", record?.reason ?? ""];
    const torch = timeOf(system.threads > 1 ? `torch-${system.threads}` : "torch");
    return [
      nameOf(system),
      `${digits(record.medianMs)} ±${percent(record.spread)}`,
      String(Math.round(record.tokensPerSecond)),
      digits(record.gflops),
      torch && system.kind === "unrolled" ? times(torch / record.medianMs) : "",
    ];
  });
  const head = ["", "ms a step", "tokens/s", "GFLOP/s", "PyTorch, as many threads ÷ ours"];
  return `## The character model

Vocabulary ${work.vocabulary}, embedding ${work.embeddingDim}, ${work.numLayers} LSTM layers of
${work.hiddenSize}, ${work.batch} × ${work.seq} characters a step; cross-entropy, backward, clipping
and AdamW included. The losses of the first two steps were compared.

${table(head, rows)}
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

export function growthSection({ about, records }) {
  const parts = ["seq", "batch", "hiddenSize", "numLayers"].map((axis) => {
    const of = records.filter((record) => record.axis === axis);
    const rows = of.map(({ value, training, inference }) => [
      String(value),
      digits(training.medianMs),
      digits(inference.medianMs),
      digits((training.medianMs / value / (of[0].training.medianMs / of[0].value)) * 100) + " %",
    ]);
    const head = [axis, "training, ms", "inference, ms", `training per unit of ${axis}`];
    return table(head, rows);
  });
  const memory = records
    .filter(({ axis }) => axis === "memory")
    .map(({ value, training, inference }) => [String(value), digits(training), digits(inference)]);
  const { base, engine } = about;
  return `## How cost grows

An LSTM on the ${engine} engine, one thread, from (batch ${base.batch}, seq ${base.seq}, inputSize
${base.inputSize}, hiddenSize ${base.hiddenSize}); one size at a time. Time per unit is relative to
the first row: 100 % all the way down is linear.

${parts.join("\n\n")}

Peak memory of a process of its own, in MiB:

${table(["seq", "training", "inference"], memory)}`;
}

function missingLines(missing) {
  return missing.map(({ label, reason }) => `\n- ${label}: ${reason}`).join("");
}
