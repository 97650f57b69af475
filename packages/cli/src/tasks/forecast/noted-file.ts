/**
 * @file The table that a model was trained on, as its metrics note it.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { MisuseError } from "../../errors.ts";
import { METRICS, readMetrics } from "../../files/model-directory.ts";
import type { Source } from "../../files/read-bytes.ts";

export function notedSource(directory: string): Source | undefined {
  const start = readMetrics(join(directory, METRICS)).find(({ type }) => type === "start");
  return start?.source as Source | undefined;
}

/** Its name, if the file still lies in its place. */
export function notedFile(directory: string): string {
  const [name] = notedSource(directory)?.names ?? [];
  if (name !== undefined && name !== "-" && existsSync(name)) return name;
  throw new MisuseError(
    `The table that the model in ${directory} was trained on is not at hand${name === undefined ? "" : ` (${name})`}: name one with the values to go on from.`,
  );
}
