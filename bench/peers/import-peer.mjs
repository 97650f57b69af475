/**
 * @file What `npm run bench -- install-peers` has put into the throw-away folder.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const PEERS_FOLDER = join(import.meta.dirname, ".cache");

/** What is not there, and why: { "tfjs-node": "…" }. */
export const PROBLEMS_FILE = join(PEERS_FOLDER, "problems.json");

export const ONEDNN_PROGRAM = join(PEERS_FOLDER, "onednn");

/** The module there through which an import is resolved as if it stood in that folder. */
const GATEWAY = join(PEERS_FOLDER, "gateway.mjs");

/** The module, and its name and version for the table. */
export async function importPeer(name) {
  const manifest = join(folderOf(name), "package.json");
  if (!existsSync(manifest)) throw new Error(`${name} is not installed`);
  const gateway = await import(pathToFileURL(GATEWAY).href);
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  return { module: await gateway.load(name), version: `${name} ${version}` };
}

/** Why it could not be installed; undefined if nothing is known. */
export function problemWith(peer) {
  return existsSync(PROBLEMS_FILE)
    ? JSON.parse(readFileSync(PROBLEMS_FILE, "utf8"))[peer]
    : undefined;
}

export function folderOf(name) {
  return join(PEERS_FOLDER, "node_modules", name);
}
