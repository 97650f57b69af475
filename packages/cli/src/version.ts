/**
 * @file The version, from package.json: stated once.
 */

import { readFileSync } from "node:fs";

// One folder up, from src/ and from dist/ alike.
const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { version: string };

export { version };
