/**
 * @file `npm run reproduce [-- <table>[/<row>…]] [--quick] [--again]`: trains the rows of a
 * published table that have no result yet, and prints ours beside theirs.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { engineName, getNumThreads, manualSeed } from "unrolled";
import { writePage } from "./page.ts";
import { addRecord, readRecords, recordsOf } from "./records.ts";
import {
  minutes,
  oursInWords,
  summarize,
  verdict,
  formatScore,
  publishedInWords,
} from "./summary.ts";
import type { Outcome, PublishedTable, Row } from "./table.ts";
import { TABLES } from "./tables.ts";
import { Interrupted } from "./train.ts";

const ROOT = dirname(import.meta.dirname);
const CHECKPOINTS = join(ROOT, "runs", "reproduce");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
  },
});

const abort = new AbortController();
process.once("SIGINT", () => {
  process.stderr.write("\nstopping after this step; the same command goes on from here\n");
  abort.abort();
});
process.once("SIGTERM", () => abort.abort());

if (values.page) writePage();
else if (positionals.length === 0) list();
else await reproduce(positionals[0]);

function list(): void {
  for (const table of TABLES) {
    console.log(`\n${table.name}: ${table.title}`);
    const records = readRecords(table);
    for (const row of table.rows) {
      const hours = row.hoursPerSeed * row.seeds.length;
      const done = recordsOf(records, row).length;
      const time = `${minutes(hours * 3600)} for ${row.seeds.length} ${row.seeds.length === 1 ? "seed" : "seeds"}`;
      console.log(`  ${row.name.padEnd(26)} ${time.padEnd(24)} ${done} done`);
    }
  }
  console.log("\nnpm run reproduce -- <table>[/<beginning of a row>] [--quick]");
}

async function reproduce(name: string): Promise<void> {
  const [tableName, rowStart = ""] = name.split("/");
  const table = TABLES.find((candidate) => candidate.name === tableName);
  const rows = table?.rows.filter((row) => row.name.startsWith(rowStart)) ?? [];
  if (!table || rows.length === 0) {
    process.stderr.write(
      `reproduce: there is no "${name}". Without a name it lists what there is.\n`,
    );
    process.exitCode = 2;
    return;
  }
  console.log(`${table.title}\n${table.source} (${table.checked})\n`);
  for (const row of rows) {
    console.log(`${row.name}: ${row.settings}`);
    for (const seed of row.seeds) {
      const done = recordsOf(readRecords(table), row).some((record) => record.seed === seed);
      if (done && !values.again && !values.quick) continue;
      const finished = await runOne(table, row, seed);
      if (!finished) return;
      if (values.quick) break;
    }
  }
  if (!values.quick) printComparison(table, rows);
}

/** False where it was interrupted. */
async function runOne(table: PublishedTable, row: Row, seed: number): Promise<boolean> {
  mkdirSync(CHECKPOINTS, { recursive: true });
  const checkpoint = join(CHECKPOINTS, `${table.name}-${row.name}-${seed}.checkpoint`);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  manualSeed(seed);
  let outcome: Outcome;
  try {
    outcome = await row.run({
      seed,
      quick: values.quick,
      signal: abort.signal,
      checkpointFile: values.quick ? null : checkpoint,
      log: (line) => {
        console.log(`  seed ${seed}, ${minutes((performance.now() - startedAt) / 1000)}: ${line}`);
      },
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.exitCode = 130;
    return false;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const { score, steps, details = {}, spentBefore = { seconds: 0, cpuSeconds: 0 } } = outcome;
  const seconds = spentBefore.seconds + (performance.now() - startedAt) / 1000;
  const cpuSeconds = spentBefore.cpuSeconds + (user + system) / 1e6;
  const label = values.quick ? "quick, not comparable: " : "";
  console.log(
    `  seed ${seed}: ${label}${formatScore(row, score)} ${row.unit} after ${steps} steps, ` +
      `${minutes(seconds)} (processor ${minutes(cpuSeconds)})`,
  );
  if (values.quick) return true;
  addRecord({
    table: table.name,
    row: row.name,
    seed,
    score,
    steps,
    details,
    seconds: Math.round(seconds),
    cpuSeconds: Math.round(cpuSeconds),
    machine: cpus()[0].model,
    engine: engineName(),
    threads: getNumThreads(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: ROOT,
      encoding: "utf8",
    }).trim(),
    date: new Date().toISOString().slice(0, 10),
  });
  return true;
}

function printComparison(table: PublishedTable, rows: Row[]): void {
  const records = readRecords(table);
  console.log(`\n${"".padEnd(40)} ${"published".padStart(28)}  ours`);
  for (const row of rows) {
    const found = recordsOf(records, row);
    const summary = found.length > 0 ? summarize(found) : null;
    const published = publishedInWords(row);
    const time = summary ? `, ${minutes(summary.cpuSeconds)} of processor a seed` : "";
    console.log(
      `${row.what.padEnd(40)} ${published.padStart(28)}  ${oursInWords(row, summary)} ` +
        `(${verdict(row, summary)}; seeds ${found.map(({ seed }) => seed).join(", ") || "none"}${time})`,
    );
    if (row.remark) console.log(`${"".padEnd(40)} ${row.remark}`);
  }
}
