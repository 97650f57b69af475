/**
 * @file Who is measured, and how each is started: one process each, on one core where one thread is
 * asked for.
 */

import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const BENCH = join(import.meta.dirname, "..");
const CORES = availableParallelism();

/** Whether a process can be kept on one core. */
export const CAN_PIN = spawnSync("taskset", ["-c", String(CORES - 1), "true"]).status === 0;

/**
 * @typedef {object} System
 * @property {string} id       what `--systems` names
 * @property {string} label    what the tables say, before the version is known
 * @property {"unrolled" | "native" | "wasm"} kind  ours, or what a peer is compared as
 * @property {string} [engine] of ours
 * @property {number} threads
 * @property {boolean} [slow]  left out of large shapes in a quick run
 * @property {(work: object) => string | null} refuses  why it cannot do this work
 * @property {(work: object) => object} [variantOf]  how its work differs from everybody else's
 */

/** @returns {System[]} */
export function listSystems(engines) {
  const counts = CORES > 1 ? [1, 2] : [1];
  return [
    ...counts.flatMap((threads) => engines.map((engine) => unrolled(engine, threads))),
    ...counts.map(torch),
    ...counts.map((threads) => onnxruntime("node", threads)),
    onnxruntime("web", 1),
    tfjs(),
    jaxJs(),
  ];
}

/** Those that the words name: one id, or the beginning that several share. */
export function chosen(systems, words) {
  if (words.length === 0) return systems;
  const named = words.flatMap((word) => {
    const exactly = systems.filter(({ id }) => id === word);
    const found = exactly.length > 0 ? exactly : systems.filter(({ id }) => id.startsWith(word));
    if (found.length > 0) return found;
    const ids = systems.map(({ id }) => id).join(", ");
    throw new Error(`--systems: no system is called ${word}. There are: ${ids}.`);
  });
  return systems.filter((system) => named.includes(system));
}

function unrolled(engine, threads) {
  return {
    id: withThreads(`unrolled-${engine}`, threads),
    label: `Unrolled, ${engine}`,
    kind: "unrolled",
    engine,
    refuses: () => null,
    ...processOf(process.execPath, [peer("unrolled/child.mjs"), engine, threads], threads),
  };
}

function torch(threads) {
  const python = process.env.BENCH_PYTHON || "python3";
  return {
    id: withThreads("torch", threads),
    label: "PyTorch",
    kind: "native",
    refuses: () => null,
    ...processOf(python, [peer("torch/child.py"), threads], threads),
  };
}

function onnxruntime(flavor, threads) {
  return {
    id: withThreads(`onnxruntime-${flavor}`, threads),
    label: `onnxruntime-${flavor}`,
    kind: flavor === "node" ? "native" : "wasm",
    refuses: ({ kind, mode }) =>
      noCharModel(kind) ?? (mode === "training" ? "does not train" : null),
    ...processOf(process.execPath, [peer("onnxruntime/child.mjs"), flavor, threads], threads),
  };
}

function tfjs() {
  return {
    id: "tfjs",
    label: "TensorFlow.js",
    kind: "wasm",
    slow: true,
    refuses: ({ kind, cell, mode, hiddenSize }) =>
      noCharModel(kind) ??
      (mode === "training" && hiddenSize >= 512 ? `half a minute a step (${cell})` : null),
    // It has no other GRU than the one that resets before the product.
    variantOf: ({ cell }) => (cell === "gru" ? { resetAfter: false } : {}),
    ...processOf(process.execPath, [peer("tfjs.mjs")], 1),
  };
}

function jaxJs() {
  return {
    id: "jax-js",
    label: "jax-js",
    kind: "wasm",
    slow: true,
    refuses: ({ kind, seq, mode, hiddenSize }) =>
      noCharModel(kind) ??
      (seq > 200 && mode === "training"
        ? "no scan: a thousand steps, unrolled, are not compiled within minutes"
        : hiddenSize >= 512
          ? "not compiled within a minute"
          : null),
    ...processOf(process.execPath, [peer("jax-js/child.mjs")], 1),
  };
}

function noCharModel(kind) {
  return kind === "char-model" ? "not written for it" : null;
}

function processOf(command, args, threads) {
  const words = [command, ...args.map(String)];
  const pinned = threads === 1 && CAN_PIN ? ["taskset", "-c", String(CORES - 1)] : [];
  const [first, ...rest] = [...pinned, ...words];
  // OpenMP, MKL and OpenBLAS would take all cores otherwise.
  const variables = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"];
  const env = Object.fromEntries(variables.map((name) => [name, String(threads)]));
  return { threads, command: first, args: rest, env };
}

function withThreads(id, threads) {
  return threads === 1 ? id : `${id}-${threads}`;
}

function peer(path) {
  return join(BENCH, "peers", path);
}
