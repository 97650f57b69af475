/**
 * @file `npm run results [-- <task>]`: an application's commands over seeds; see reproduce/README.md.
 */

import { join } from "node:path";
import { runTypeScript } from "./run-typescript.mjs";
import { ROOT, setUp } from "./setup.mjs";

setUp();
const { build, COMMAND_PARTS } = await import("./build.mjs");
await build({ parts: COMMAND_PARTS });
await runTypeScript(join(ROOT, "reproduce", "applications", "main.ts"), process.argv.slice(2));
