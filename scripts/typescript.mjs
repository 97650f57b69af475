/**
 * @file Lets Node run the TypeScript sources as they are:
 *
 *   node --conditions=unrolled-source --import ./scripts/typescript.mjs examples/….ts
 */

import module from "node:module";
import { load } from "./typescript-load.mjs";

// Node ≥ 22.15 has hooks in the same thread; before, they live in one of their own.
if (module.registerHooks) module.registerHooks({ load });
else module.register("./typescript-load.mjs", import.meta.url);
