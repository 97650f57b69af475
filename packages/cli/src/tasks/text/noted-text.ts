/**
 * @file The text that a model was trained on, as its metrics note it.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { METRICS, readMetrics } from "../../files/model-directory.ts";
import type { Source } from "../../files/read-bytes.ts";
import { readTexts, type TextSource } from "../../files/read-texts.ts";

/** Its files: null where it was no file, but the demo's own text; undefined where nothing is noted. */
export function notedSource(directory: string): Source | null | undefined {
  const start = readMetrics(join(directory, METRICS)).find(({ type }) => type === "start");
  return start?.source as Source | null | undefined;
}

/** The text, if it still lies in its place and is still the same. */
export function readNoted({ names, sha256 }: Source): TextSource | null {
  if (!names.every((name) => name !== "-" && existsSync(name))) return null;
  const found = readTexts(names);
  return found.sha256 === sha256 ? found : null;
}
