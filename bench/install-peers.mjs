/**
 * @file Puts what the bench compares with into a throw-away folder, `peers/.cache`, which git
 * ignores. The project itself depends on none of it.
 *
 *   npm run bench -- install-peers              everything
 *   npm run bench -- install-peers jax onednn   some of it
 *
 * Packages of npm; an environment each for PyTorch, JAX and Keras, unless BENCH_PYTHON,
 * BENCH_JAX_PYTHON or BENCH_KERAS_PYTHON names a Python that has them, or `python3` does; and a
 * program that calls oneDNN, where a compiler and the library are. PyTorch's package is gigabytes.
 * What cannot be had is reported here, and in the tables later.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, npm, say } from "../scripts/setup.mjs";
import { reasonIn } from "./driver/reason.mjs";
import { folderOf, ONEDNN_PROGRAM, PEERS_FOLDER, PROBLEMS_FILE } from "./peers/import-peer.mjs";
import { ownPythonOf, PYTHON_PEERS, pythonOf } from "./peers/python.mjs";

const NPM_PEERS = {
  "onnxruntime-node": { packages: ["onnxruntime-node@1.30.0"] },
  "onnxruntime-web": { packages: ["onnxruntime-web@1.30.0"] },
  tfjs: { packages: ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"] },
  "jax-js": { packages: ["@jax-js/jax@0.1.25"] },
  "brain-js": { packages: ["brain.js@1.6.1"] },
  // It is nothing without what its install script fetches; those of the others are for graphics cards.
  "tfjs-node": { packages: ["@tensorflow/tfjs-node@4.22.0"], runsScripts: true },
};

const INSTALLERS = {
  ...Object.fromEntries(Object.keys(NPM_PEERS).map((name) => [name, installFromNpm])),
  ...Object.fromEntries(Object.keys(PYTHON_PEERS).map((name) => [name, installPython])),
  onednn: compileOneDnn,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in INSTALLERS));
if (unknown)
  fail(`No peer is called ${unknown}. There are: ${Object.keys(INSTALLERS).join(", ")}.`);

mkdirSync(PEERS_FOLDER, { recursive: true });
const manifest = join(PEERS_FOLDER, "package.json");
if (!existsSync(manifest)) {
  writeFileSync(manifest, JSON.stringify({ private: true, type: "module" }, null, 2) + "\n");
}
writeFileSync(
  join(PEERS_FOLDER, "gateway.mjs"),
  "/** @file Resolves packages from this folder. */\n\nexport const load = (name) => import(name);\n",
);

// One after the other, so that one that cannot be had does not take the others with it.
const problems = existsSync(PROBLEMS_FILE) ? JSON.parse(readFileSync(PROBLEMS_FILE, "utf8")) : {};
for (const name of asked.length > 0 ? asked : Object.keys(INSTALLERS)) {
  const { found, problem } = INSTALLERS[name](name);
  say(problem ? `${name} cannot be had: ${problem}` : `${name}: ${found}`);
  problems[name] = problem;
  writeFileSync(PROBLEMS_FILE, JSON.stringify(problems, null, 2) + "\n");
}

function installFromNpm(name) {
  const { packages, runsScripts } = NPM_PEERS[name];
  const quiet = ["--no-audit", "--no-fund", "--no-package-lock"];
  if (!runsScripts) quiet.push("--ignore-scripts");
  const { status, output } = npm(["install", "--save-exact", ...quiet, ...packages], PEERS_FOLDER);
  const folders = packages.map((each) => folderOf(each.slice(0, each.lastIndexOf("@"))));
  if (status === 0 && folders.every(existsSync)) return { found: packages.join(", ") };
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return { problem: (runsScripts ? "its install script failed: " : "") + reasonIn(output) };
}

function installPython(name) {
  const { packages } = PYTHON_PEERS[name];
  const python = pythonOf(name);
  if (run(python, ["-c", `import ${name}`]).status === 0) return { found: `in ${python}` };
  const own = ownPythonOf(name);
  const made = run("python3", ["-m", "venv", join(PEERS_FOLDER, name)]);
  if (made.status !== 0) return { problem: reasonIn(made.output) };
  const installed = run(own, ["-m", "pip", "install", "--quiet", ...packages]);
  if (installed.status === 0) return { found: packages.join(", ") };
  rmSync(join(PEERS_FOLDER, name), { recursive: true, force: true });
  return { problem: reasonIn(installed.output) };
}

function compileOneDnn() {
  const source = join(import.meta.dirname, "peers", "onednn", "child.cpp");
  const compiler = process.env.CXX || "g++";
  const { status, output } = run(compiler, [
    ...["-O2", "-std=c++17", source, "-ldnnl", "-o", ONEDNN_PROGRAM],
  ]);
  if (status === 0) return { found: `compiled with ${compiler}` };
  return { problem: `${reasonIn(output)} (it needs a C++ compiler, and libdnnl-dev)` };
}

function run(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return { status, output: error?.message ?? `${stdout}\n${stderr}` };
}
