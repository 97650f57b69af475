/**
 * @file The bytes of a file or of standard input, unpacked where they are gzip.
 */

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { gunzipSync } from "node:zlib";
import { FailureError } from "../errors.ts";
import { formatBytes } from "../terminal/numbers.ts";

/** Which files something was read from, so that a later run can tell whether they are the same. */
export interface Source {
  /** As the files were named on the command line. */
  names: string[];
  /** Of all files, unpacked. */
  bytes: number;
  /** Of all bytes in order, unpacked. */
  sha256: string;
}

export interface ReadBytes {
  bytes: Uint8Array;
  /** Whether the file was packed: seen in its first bytes, whatever its name. */
  gzip: boolean;
}

export interface ReadBytesOptions {
  /** The most bytes, unpacked. */
  most: number;
  /** Bytes of files before this one, which count too. Default: 0. */
  before?: number;
  /** What to do about a file that is larger. */
  advice: string;
}

/** Reads a file, or standard input where the name is `-`. */
export function readBytes(name: string, { most, before = 0, advice }: ReadBytesOptions): ReadBytes {
  const checkSize = (size: number) => {
    if (before + size <= most) return;
    throw new FailureError(
      `${label(name)} is too large: ${formatBytes(before + size)} in all, and data is held in memory as a whole, up to ${formatBytes(most)}. ${advice}`,
    );
  };
  const packed = readPacked(name, checkSize);
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return { bytes: packed, gzip: false };
  try {
    return { bytes: gunzipSync(packed, { maxOutputLength: most - before }), gzip: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      checkSize(most - before + 1);
    throw new FailureError(
      `${label(name)}: begins like a gzip file and cannot be unpacked (${(error as Error).message}). Is it cut off or damaged?`,
    );
  }
}

function readPacked(name: string, checkSize: (size: number) => void): Uint8Array {
  if (name === "-") {
    const contents = readFileSync(0);
    checkSize(contents.length);
    return contents;
  }
  const stats = statSync(name);
  if (stats.isDirectory()) {
    throw new FailureError(`Cannot read ${name}: it is a folder. Name the files in it.`);
  }
  if (stats.isFile()) checkSize(stats.size);
  return readFileSync(name);
}

/** The source that these parts, in this order, make. */
export function sourceOf(names: readonly string[], parts: Iterable<Uint8Array>): Source {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const part of parts) {
    hash.update(part);
    bytes += part.length;
  }
  return { names: [...names], bytes, sha256: hash.digest("hex") };
}

/** One source out of several, in their order. */
export function joinSources(parts: readonly Source[]): Source {
  if (parts.length === 1) return parts[0];
  const encoder = new TextEncoder();
  return {
    ...sourceOf(
      parts.flatMap(({ names }) => names),
      parts.map(({ sha256 }) => encoder.encode(sha256)),
    ),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** How people call it; `-` is what standard input is called on a command line. */
export function label(name: string): string {
  return name === "-" ? "standard input" : name;
}

/** `shakespeare` for `books/shakespeare.txt.gz`: what a run on this file is called. */
export function stemOf(name: string): string {
  if (name === "-") return "stdin";
  const unpacked = basename(name).replace(/(?<=.)\.gz$/i, "");
  const stem = basename(unpacked, extname(unpacked)).replace(/[^\p{L}\p{N}._-]+/gu, "-");
  return stem.replace(/^[-.]+|-+$/g, "") || "data";
}
