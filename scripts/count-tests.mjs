/**
 * @file Vitest's report in one line, `N passed, N failed`, for whoever reads only the last line.
 *
 *   node scripts/count-tests.mjs report.json
 *
 * A file that could not be loaded has run no test; it counts as one failure. Exits with 1 if
 * anything failed or if nothing ran.
 */

import { existsSync, readFileSync } from "node:fs";

const [path] = process.argv.slice(2);
let passed = 0;
let failed = 0;

if (existsSync(path)) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  for (const { name, status, assertionResults } of report.testResults) {
    const isExplained = assertionResults.some((result) => result.status === "failed");
    if (status !== "failed" || isExplained) continue;
    console.log(`could not be run: ${name}`);
    failed++;
  }
  const skipped = report.numPendingTests;
  if (skipped > 0) console.log(`${skipped} skipped: each says why`);
} else {
  console.log("The tests did not come to an end.");
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
