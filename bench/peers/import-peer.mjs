/**
 * @file Imports a package that `npm run bench -- install-peers` has put into the throw-away folder.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const PEERS_FOLDER = join(import.meta.dirname, ".cache");

/** The module there through which an import is resolved as if it stood in that folder. */
const GATEWAY = join(PEERS_FOLDER, "gateway.mjs");

/** The module, and its name and version for the table. */
export async function importPeer(name) {
  if (!existsSync(GATEWAY)) throw new Error(`${name} is not installed`);
  const gateway = await import(pathToFileURL(GATEWAY).href);
  const { version } = JSON.parse(readFileSync(join(folderOf(name), "package.json"), "utf8"));
  return { module: await gateway.load(name), version: `${name} ${version}` };
}

export function folderOf(name) {
  return join(PEERS_FOLDER, "node_modules", name);
}
