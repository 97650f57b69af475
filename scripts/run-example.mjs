/**
 * @file `npm run example -- first-training-step`: runs a file of examples/, from the sources.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fail, ROOT, setUp } from "./setup.mjs";

setUp();
const { build, SOURCE_CONDITION, SOURCE_PARTS } = await import("./build.mjs");
await build({ parts: SOURCE_PARTS });

const [name = "", ...rest] = process.argv.slice(2);
const folder = join(ROOT, "examples");
const file = join(folder, `${name.replace(/^examples\/|\.ts$/g, "")}.ts`);
if (!existsSync(file)) {
  const names = readdirSync(folder).filter((entry) => entry.endsWith(".ts"));
  fail(`Which example? ${names.map((entry) => entry.replace(".ts", "")).join(", ")}`);
}

const typescript = pathToFileURL(join(ROOT, "scripts", "typescript.mjs")).href;
const { status } = spawnSync(
  process.execPath,
  [`--conditions=${SOURCE_CONDITION}`, "--import", typescript, file, ...rest],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
