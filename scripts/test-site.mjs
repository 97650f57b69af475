/**
 * @file `npm run test:site [-- 3A 4B]`: the course in a real browser, all figures or those named.
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, COURSE_PARTS } from "./build.mjs";
import { ROOT, setUp } from "./setup.mjs";

setUp();
await build({ parts: COURSE_PARTS });

const words = process.argv.slice(2);
const figures = words.filter((word) => /^\d[A-Z]$/i.test(word)).map((word) => word.toUpperCase());
const others = words.filter((word) => !/^\d[A-Z]$/i.test(word));
if (figures.length > 0) process.env.UNROLLED_FIGURES = figures.join();

process.chdir(ROOT);
const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
const files = figures.length > 0 ? "site/test/figures" : "site/test";
process.argv = [process.argv[0], vitest, "run", files, ...others];
await import(pathToFileURL(vitest).href);
