/**
 * @file `npm test [-- words]`: makes the checkout ready, then runs the tests, all or those whose
 * path contains one of the words. Vitest's other arguments may follow too.
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, setUp } from "./setup.mjs";

setUp();
const { build, COMMAND_PARTS } = await import("./build.mjs");
await build({ parts: COMMAND_PARTS });

process.chdir(ROOT);
const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
process.argv = [process.argv[0], vitest, "run", ...process.argv.slice(2)];
await import(pathToFileURL(vitest).href);
