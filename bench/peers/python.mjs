/**
 * @file Which Python has which library: the one that a variable names, else the environment that
 * `npm run bench -- install-peers` has made, else `python3`, which may have it.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { PEERS_FOLDER } from "./import-peer.mjs";

/** What is installed, how it is imported, and the variable that names another Python. */
export const PYTHON_PEERS = {
  torch: { packages: ["torch==2.15.0", "numpy"], variable: "BENCH_PYTHON" },
  jax: { packages: ["jax==0.10.2"], variable: "BENCH_JAX_PYTHON" },
  keras: {
    packages: ["tensorflow-cpu==2.21.0", "keras==3.15.1"],
    variable: "BENCH_KERAS_PYTHON",
  },
};

export function pythonOf(peer) {
  const named = process.env[PYTHON_PEERS[peer].variable];
  if (named) return named;
  const own = ownPythonOf(peer);
  return existsSync(own) ? own : "python3";
}

/** Where its own environment has it. */
export function ownPythonOf(peer) {
  const inside = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return join(PEERS_FOLDER, peer, ...inside);
}
