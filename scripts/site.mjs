/**
 * @file The course as static files, for any host and any sub-path: `npm run site` writes them to
 * site/dist/pages; `npm run dev` serves them live, from source.
 */

import { relative } from "node:path";
import { build, COURSE_PARTS, SOURCE_PARTS } from "./build.mjs";
import { say, seconds, setUp } from "./setup.mjs";

setUp();
if (process.argv.includes("--dev")) {
  await build({ parts: SOURCE_PARTS });
  const { serveFromSource } = await import("./site-pages.mjs");
  await serveFromSource(Number(process.env.PORT ?? 5173));
} else {
  const started = Date.now();
  await build({ parts: COURSE_PARTS });
  const { PAGES } = await import("./site-pages.mjs");
  say(`the course is in ${relative(process.cwd(), PAGES)} (${seconds(started)})`);
}
