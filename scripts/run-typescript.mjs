/**
 * @file Runs a TypeScript file of this repository, from the sources, in a process of its own.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, setUp } from "./setup.mjs";

/** Makes the checkout ready, runs `file` with `args`, and passes its exit code on. */
export async function runTypeScript(file, args) {
  setUp();
  const { build, SOURCE_CONDITION, SOURCE_PARTS } = await import("./build.mjs");
  await build({ parts: SOURCE_PARTS });

  // Ctrl-C is for the program, which may have something to finish; this process waits for it.
  process.on("SIGINT", () => {});
  const typescript = pathToFileURL(join(ROOT, "scripts", "typescript.mjs")).href;
  const { status } = spawnSync(
    process.execPath,
    [`--conditions=${SOURCE_CONDITION}`, "--import", typescript, file, ...args],
    { stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
}
