/**
 * @file `npm run reproduce [-- <table>]`: published tables trained again; see reproduce/README.md.
 */

import { join } from "node:path";
import { runTypeScript } from "./run-typescript.mjs";
import { ROOT } from "./setup.mjs";

await runTypeScript(join(ROOT, "reproduce", "main.ts"), process.argv.slice(2));
