/**
 * @file How long from nothing to the first result, and how much memory does that take?
 *
 *   npm run bench -- cold-start [--quick] [--out bench/RESULTS.md]
 *
 * Whole processes, bare Node among them, in turn. Each imports its library and runs an LSTM at S2
 * forward, once; `cold-start/` has what they run.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { say } from "../scripts/setup.mjs";
import { summaryOf } from "./driver/alternate.mjs";
import { readOptions } from "./driver/options.mjs";
import { writeResults } from "./driver/results.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { pythonOf } from "./peers/python.mjs";
import { writeReport } from "./report/index.mjs";

const { quick, out, results } = readOptions();
const rounds = quick ? 5 : 15;
const { engines } = await importUnrolled();

const programs = [
  javascript("node", "Node alone"),
  javascript("unrolled", "Unrolled, as it comes"),
  ...engines.map((engine) =>
    javascript("unrolled", `Unrolled, ${engine}`, { UNROLLED_ENGINE: engine }),
  ),
  javascript("onnxruntime-node", "onnxruntime-node"),
  javascript("onnxruntime-web", "onnxruntime-web"),
  javascript("tfjs", "TensorFlow.js, Wasm"),
  javascript("jax-js", "jax-js, Wasm"),
  python("torch", "PyTorch"),
  python("jax", "JAX"),
  python("keras", "Keras on TensorFlow"),
];

const measured = programs.map((program) => ({ ...program, samples: [], memory: [] }));
for (let round = 0; round <= rounds; round++) {
  for (const program of measured) {
    // Whoever takes seconds shows it in fewer rounds.
    const isSlow = program.samples[0] > 1000;
    if (program.reason || (isSlow && round % 3 !== 0)) continue;
    const found = runOnce(program);
    if (found.reason) {
      program.reason = found.reason;
      say(`${program.label}: ${found.reason}`);
    } else if (round > 0) {
      // The first round has only brought the files into memory.
      program.samples.push(found.ms);
      program.memory.push(found.peakMiB);
    }
  }
}

const records = measured.map(({ system, label, runtime, samples, memory, reason }) =>
  reason
    ? { system, label, runtime, reason }
    : {
        ...{ system, label, runtime, samples },
        ...summaryOf(samples),
        peakMiB: summaryOf(memory).medianMs,
      },
);
writeResults(results, "cold-start", { quick, rounds }, records);
await writeReport(out, results);

/** Milliseconds from start to end, and what the process says about its memory on its last line. */
function runOnce({ command, args, env }) {
  const from = performance.now();
  const { status, stdout, error } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  const ms = performance.now() - from;
  if (error || status !== 0) return { reason: "not installed, or it failed" };
  return { ms, peakMiB: JSON.parse(stdout.trim().split("\n").at(-1)).peakMiB };
}

function javascript(system, label, env = {}) {
  const args = [file("first-forward.mjs"), system];
  return { system, label, runtime: "node", command: process.execPath, args, env };
}

function python(system, label) {
  const args = [file("first_forward.py"), system];
  const env = { OMP_NUM_THREADS: "1" };
  return { system, label, runtime: "python", command: pythonOf(system), args, env };
}

function file(name) {
  return join(import.meta.dirname, "cold-start", name);
}
