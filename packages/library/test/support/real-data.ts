/**
 * @file The real data sets that some tests read, which are no part of the repository. A test whose
 * data is not there is skipped, and says what is missing.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";

const FOLDER = process.env.UNROLLED_DATA ?? join(import.meta.dirname, "../../../../../shared/data");

/**
 * The path of a file of the real data, such as `mnist/t10k-labels-idx1-ubyte.gz`; skips the test
 * where it is not there.
 */
export function realData(context: TestContext, file: string): string {
  const path = join(FOLDER, file);
  if (!existsSync(path)) {
    context.skip(`no ${path}; set UNROLLED_DATA to the folder that holds ${file}`);
  }
  return path;
}
