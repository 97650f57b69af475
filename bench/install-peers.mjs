/**
 * @file Puts the packages that the bench compares with into a throw-away folder, `peers/.cache`,
 * which git ignores. The project itself depends on none of them.
 *
 *   npm run bench -- install-peers
 *
 * PyTorch is not among them: set BENCH_PYTHON to a Python that has it. A package that cannot be had
 * is reported here, and in the tables later.
 */

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm, say } from "../scripts/setup.mjs";
import { PEERS_FOLDER, folderOf } from "./peers/import-peer.mjs";

const PACKAGES = {
  "onnxruntime-node": ["onnxruntime-node@1.30.0"],
  "onnxruntime-web": ["onnxruntime-web@1.30.0"],
  "TensorFlow.js": ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"],
  "jax-js": ["@jax-js/jax@0.1.25"],
};

mkdirSync(PEERS_FOLDER, { recursive: true });
const manifest = join(PEERS_FOLDER, "package.json");
if (!existsSync(manifest)) {
  writeFileSync(manifest, JSON.stringify({ private: true, type: "module" }, null, 2) + "\n");
}
writeFileSync(
  join(PEERS_FOLDER, "gateway.mjs"),
  "/** @file Resolves packages from this folder. */\n\nexport const load = (name) => import(name);\n",
);

// One after the other, so that one that cannot be had does not take the others with it. Their
// install scripts only fetch what is for graphics cards.
const quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
for (const [name, packages] of Object.entries(PACKAGES)) {
  const { status, output } = npm(["install", "--save-exact", ...quiet, ...packages], PEERS_FOLDER);
  const missing = packages.map(nameOf).filter((each) => !existsSync(folderOf(each)));
  if (status === 0 && missing.length === 0) {
    say(`${name}: ${packages.join(", ")}`);
  } else {
    for (const each of missing) rmSync(folderOf(each), { recursive: true, force: true });
    say(`${name} cannot be had: ${output.split("\n").slice(-3).join(" ")}`);
  }
}

function nameOf(specifier) {
  return specifier.slice(0, specifier.lastIndexOf("@"));
}
