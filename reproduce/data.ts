/**
 * @file The public data sets, from where `UNROLLED_DATA` points or from ../shared/data beside the
 * checkout. Nothing is downloaded.
 */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = dirname(import.meta.dirname);

/** The path of a file such as "mnist/t10k-labels-idx1-ubyte.gz"; null if it is not there. */
export function findData(file: string): string | null {
  const folders = [process.env.UNROLLED_DATA, join(ROOT, "..", "shared", "data")];
  const paths = folders
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, file));
  return paths.find((path) => existsSync(path)) ?? null;
}

/**
 * The path of a file of the data sets.
 *
 * @throws Error if it is not there
 */
export function dataFile(file: string): string {
  const path = findData(file);
  if (path) return path;
  throw new Error(
    `${file} is not there. Set UNROLLED_DATA to the folder that holds it: reproduce/README.md says where each data set comes from.`,
  );
}
