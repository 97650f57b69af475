/**
 * @file `npm run check`: all that CI runs, in CI's order. Every check runs, whatever the ones
 * before it said; the last lines say which failed and how long each took.
 *
 *   npm run check -- --without=tests
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT, say, seconds, setUp } from "./setup.mjs";

const bin = (name, path) => join(ROOT, "node_modules", name, path);
const script = (name) => join(ROOT, "scripts", name);

const CHECKS = {
  format: [bin("prettier", "bin/prettier.cjs"), "--check", "--log-level=warn", "."],
  lint: [bin("eslint", "bin/eslint.js"), "."],
  types: [bin("typescript", "bin/tsc"), "-p", "tsconfig.json", "--noEmit"],
  imports: [script("check-imports.mjs")],
  links: [script("check-links.mjs")],
  package: [script("check-package.mjs")],
  tests: [script("test.mjs")], // the examples of the documentation among them
};

setUp();
const { build, SOURCE_PARTS } = await import("./build.mjs");
await build({ parts: SOURCE_PARTS });

const without = process.argv.find((word) => word.startsWith("--without="))?.slice(10);
const results = Object.entries(CHECKS)
  .filter(([name]) => name !== without)
  .map(([name, args]) => {
    say(`── ${name}`);
    const started = Date.now();
    const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" });
    return { name, passed: status === 0, time: seconds(started) };
  });

say("");
for (const { name, passed, time } of results) {
  say(`${passed ? "✓" : "✗"} ${name.padEnd(8)} ${time.padStart(7)}`);
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
