/**
 * @file Before a package is packed: everything is built, and the licence and the README that npm
 * shows come along. Called by npm in the package's own folder.
 */

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { ROOT } from "./setup.mjs";

await build();
for (const name of ["LICENSE", "README.md"]) copyFileSync(join(ROOT, name), name);
