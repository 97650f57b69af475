/**
 * @file What helps a recurrent network to remember, measured: every remedy of `REMEDIES` on the adding
 * problem over 50 steps, `npm run remedies -- [name…]`. Every run is written to
 * reproduce/results/remedies.json as soon as it has ended, and is not run again.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { format, resolveConfig } from "prettier";
import {
  addingProblem,
  ArgumentError,
  engineName,
  measureRemedies,
  REMEDIES,
  type RemedyRun,
} from "unrolled";
import { remediesPage } from "./remedies-page.ts";

const ROOT = dirname(import.meta.dirname);
const RESULTS = join(ROOT, "reproduce", "results", "remedies.json");
const PAGE = join(ROOT, "docs", "results", "remedies.md");

/** The same for all of them. */
export const BUDGET = {
  length: 50,
  steps: 2000,
  batchSize: 32,
  hiddenSize: 32,
  testSize: 1000,
  lrs: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
  seeds: [1, 2, 3, 4, 5],
};

export interface RemedyRecords {
  budget: typeof BUDGET;
  machine: string;
  engine: string;
  runs: RemedyRun[];
}

/** Runs what is not in the file yet. Without names, which is all of it, writes the page. */
export async function reproduceRemedies(
  names: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const unknown = names.find((name) => !REMEDIES.some((remedy) => remedy.name === name));
  if (unknown !== undefined) {
    throw new ArgumentError(
      `There is no remedy "${unknown}". There are: ${REMEDIES.map(({ name }) => name).join("; ")}.`,
    );
  }
  const { length, ...options } = BUDGET;
  const measure = (remedies: typeof REMEDIES, done: RemedyRun[]) =>
    measureRemedies({
      ...options,
      task: addingProblem({ length }),
      remedies,
      done: new Map(done.map((run) => [run.key, run])),
      onRun(run) {
        log(`${run.key}: MSE ${run.score?.toFixed(4) ?? "none, diverged"}`);
        // Read again: another process may be at work on other remedies.
        write({ ...records(), runs: [...records().runs, run] });
      },
    });
  await measure(
    REMEDIES.filter(({ name }) => names.length === 0 || names.includes(name)),
    records().runs,
  );
  if (names.length > 0) return;
  const results = await measure(REMEDIES, records().runs);
  mkdirSync(dirname(PAGE), { recursive: true });
  const page = remediesPage(records(), results);
  const style = await resolveConfig(PAGE);
  writeFileSync(PAGE, await format(page, { ...style, parser: "markdown" }));
}

/** What was run with this budget before. */
function records(): RemedyRecords {
  const none = { budget: BUDGET, machine: cpus()[0].model, engine: engineName(), runs: [] };
  if (!existsSync(RESULTS)) return none;
  const before = JSON.parse(readFileSync(RESULTS, "utf8")) as RemedyRecords;
  return JSON.stringify(before.budget) === JSON.stringify(BUDGET) ? before : none;
}

function write(all: RemedyRecords): void {
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) {
  await reproduceRemedies(process.argv.slice(2), (line) => console.log(line));
}
