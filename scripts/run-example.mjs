/**
 * @file `npm run example -- first-training-step`: runs a file of examples/, from the sources.
 */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runTypeScript } from "./run-typescript.mjs";
import { fail, ROOT } from "./setup.mjs";

const [name = "", ...rest] = process.argv.slice(2);
const folder = join(ROOT, "examples");
const file = join(folder, `${name.replace(/^examples\/|\.ts$/g, "")}.ts`);
if (!existsSync(file)) {
  const names = readdirSync(folder).filter((entry) => entry.endsWith(".ts"));
  fail(`Which example? ${names.map((entry) => entry.replace(".ts", "")).join(", ")}`);
}
await runTypeScript(file, rest);
