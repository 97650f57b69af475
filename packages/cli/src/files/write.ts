/**
 * @file Files that are whole or not there: a crash, a full disk or a reader never meets half of one.
 */

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * Writes the bytes to a file beside it, onto the disk, and gives that file the name. A folder that
 * is missing is made.
 */
export function writeWhole(path: string, contents: Uint8Array | string): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w");
    try {
      writeFileSync(file, contents);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    // The name that the user knows, and not that of the file beside it.
    throw Object.assign(error as Error, { path });
  }
}

/** One by one: on Node 20 the recursive form never returns where the system refuses, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
