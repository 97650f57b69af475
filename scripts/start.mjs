/**
 * @file `npm start [-- file.txt]`: makes the checkout ready, then runs `unrolled demo` with the
 * arguments given. It runs in this very process, so Ctrl-C and the exit code are the demo's own.
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, setUp } from "./setup.mjs";

setUp();
const { build, COMMAND_PARTS } = await import("./build.mjs");
await build({ parts: COMMAND_PARTS });

// npm moves to the repository's root first; a path that was typed means the folder it was typed in.
if (process.env.npm_lifecycle_event === "start" && process.env.INIT_CWD) {
  process.chdir(process.env.INIT_CWD);
}
const command = join(ROOT, "packages", "cli", "bin", "unrolled.js");
process.argv = [process.argv[0], command, "demo", ...process.argv.slice(2)];
await import(pathToFileURL(command).href);
