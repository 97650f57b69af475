/**
 * @file Who is measured, and how each is started: one process each, on one core where one thread is
 * asked for.
 */

import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { ONEDNN_PROGRAM, problemWith } from "../peers/import-peer.mjs";
import { pythonOf } from "../peers/python.mjs";

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
 * @property {string} [problem]  why it could not be installed
 * @property {boolean} [slow]  left out of large shapes in a quick run
 * @property {(work: object) => string | null} refuses  why it cannot do this work
 * @property {() => Promise<import("./entrant.mjs").Entrant>} [start]  where it is not a process
 * @property {(work: object) => object} [variantOf]  how its work differs from everybody else's
 */

/** @returns {System[]} */
export function listSystems(engines) {
  const counts = CORES > 1 ? [1, 2] : [1];
  const several = (create) => counts.map(create);
  return [
    ...counts.flatMap((threads) =>
      engines
        .filter((engine) => threads === 1 || engine !== "wasm-simd") // it says nothing more
        .map((engine) => unrolled(engine, threads)),
    ),
    ...several((threads) => python("torch", "PyTorch", threads)),
    oneDnn(),
    ...several((threads) => python("jax", "JAX", threads)),
    python("keras", "Keras", 1),
    ...several((threads) => onnxruntime("node", threads)),
    onnxruntime("web", 1),
    tfjs("wasm", "tfjs", "TensorFlow.js"),
    tfjs("node", "tfjs-node", "tfjs-node"),
    jaxJs(),
    brainJs(),
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

export function unrolled(engine, threads) {
  return {
    id: withThreads(`unrolled-${engine}`, threads),
    label: `Unrolled, ${engine}`,
    kind: "unrolled",
    engine,
    refuses: () => null,
    ...processOf(process.execPath, [file("unrolled/child.mjs"), engine, threads], threads),
  };
}

function python(peer, label, threads) {
  const { env, ...started } = processOf(
    pythonOf(peer),
    [file(`${peer}/child.py`), threads],
    threads,
  );
  return {
    id: withThreads(peer, threads),
    label,
    kind: "native",
    problem: problemWith(peer),
    refuses: () => null,
    ...started,
    env: {
      ...env,
      PYTHONPATH: [file("python"), process.env.PYTHONPATH].filter(Boolean).join(delimiter),
    },
  };
}

function oneDnn() {
  return {
    id: "onednn",
    label: "oneDNN direct",
    kind: "native",
    problem: problemWith("onednn"),
    refuses: ({ kind }) => noCharModel(kind),
    ...processOf(ONEDNN_PROGRAM, [], 1),
  };
}

function onnxruntime(flavor, threads) {
  return {
    id: withThreads(`onnxruntime-${flavor}`, threads),
    label: `onnxruntime-${flavor}`,
    problem: problemWith(`onnxruntime-${flavor}`),
    kind: flavor === "node" ? "native" : "wasm",
    refuses: ({ kind, mode }) =>
      noCharModel(kind) ?? (mode === "training" ? "does not train" : null),
    ...processOf(process.execPath, [file("onnxruntime/child.mjs"), flavor, threads], threads),
  };
}

function tfjs(flavor, id, label) {
  return {
    id,
    label,
    kind: flavor === "node" ? "native" : "wasm",
    problem: problemWith(id),
    slow: flavor === "wasm",
    refuses: ({ cell, mode, hiddenSize }) =>
      flavor === "wasm" && mode === "training" && hiddenSize >= 512
        ? `half a minute a step (${cell})`
        : null,
    // It has no other GRU than the one that resets before the product.
    variantOf: ({ cell }) => (cell === "gru" ? { resetAfter: false } : {}),
    ...processOf(process.execPath, [file("tfjs/child.mjs"), flavor], 1),
  };
}

function jaxJs() {
  return {
    id: "jax-js",
    label: "jax-js",
    problem: problemWith("jax-js"),
    kind: "wasm",
    slow: true,
    refuses: ({ kind, seq, mode, hiddenSize }) =>
      noCharModel(kind) ??
      (seq > 200 && mode === "training"
        ? "no scan: a thousand steps, unrolled, are not compiled within minutes"
        : hiddenSize >= 512
          ? "not compiled within a minute"
          : null),
    ...processOf(process.execPath, [file("jax-js/child.mjs")], 1),
  };
}

function brainJs() {
  return {
    id: "brain-js",
    label: "brain.js",
    kind: "wasm", // compared with what needs nothing but JavaScript's engine
    problem: problemWith("brain-js"),
    refuses: ({ kind, batch }) =>
      kind === "char-model" && batch === 1 ? null : "one string at a time, of one size of model",
    ...processOf(process.execPath, [file("brain-js/child.mjs")], 1),
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

function file(path) {
  return join(BENCH, "peers", path);
}
