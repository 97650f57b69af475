/**
 * @file Files, in Node.
 */

import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { resolve } from "node:path";
import { FormatError } from "../core/errors.ts";

/** The whole file. */
export function readFileBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw explain("read", path, error);
  }
}

/** The file piece by piece. Whoever stops early closes it. */
export async function* readFileChunks(path: string): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
  } catch (error) {
    throw explain("read", path, error);
  }
}

/**
 * Writes the whole file or leaves what was there: a reader, a crash or a full disk never meet half
 * of it. The bytes go to a file beside it, onto the disk, and then take its name.
 */
export function writeFileAtomic(path: string, bytes: Uint8Array): void {
  let temporary: string | undefined;
  try {
    const target = followLinks(path);
    temporary = `${target}.${process.pid}.tmp`;
    const file = openSync(temporary, "w");
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    if (temporary && existsSync(temporary)) rmSync(temporary);
    throw explain("write", path, error);
  }
}

/** Where the bytes shall be, so that a link stays a link and a device such as /dev/null a device. */
function followLinks(path: string): string {
  if (!existsSync(path)) return path;
  if (statSync(path).isFile()) return realpathSync(path);
  throw Object.assign(new Error("it is not a file"), { code: "EISDIR" });
}

function explain(verb: "read" | "write", path: string, error: unknown): FormatError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ""]?.[verb] ?? message;
  return new FormatError(`Cannot ${verb} ${resolve(path)}: ${reason}.`, { cause: error });
}

const REASONS: Record<string, { read: string; write: string }> = {
  ENOENT: {
    read: "there is no such file. Is the path right, seen from the folder you started in",
    write: "its folder does not exist. Create it first",
  },
  EISDIR: {
    read: "it is a folder. Name the file in it",
    write: "that is a folder or a device and not a file",
  },
  ENOTDIR: {
    read: "part of the path is a file and not a folder",
    write: "part of the path is a file and not a folder",
  },
  EACCES: {
    read: "no permission to read it",
    write: "no permission to write there. Choose another folder",
  },
  EPERM: { read: "the system forbids it", write: "the system forbids it. Choose another folder" },
  EROFS: { read: "the system forbids it", write: "it lies on a read-only disk" },
  ENOSPC: { read: "the disk is full", write: "the disk is full. What was there before is intact" },
  EDQUOT: {
    read: "your quota is used up",
    write: "your quota is used up. What was there before is intact",
  },
  EMFILE: { read: "too many files are open", write: "too many files are open" },
};
