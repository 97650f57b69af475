/**
 * @file Before a package is packed: everything is built, and the licence and the README that npm
 * shows come along. Called by npm in the package's own folder.
 */

import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, COURSE_PARTS } from "./build.mjs";
import { ROOT } from "./setup.mjs";

await build();
if (basename(process.cwd()) === "site") await build({ parts: COURSE_PARTS });
for (const name of ["LICENSE", "README.md"]) copyFileSync(join(ROOT, name), name);
