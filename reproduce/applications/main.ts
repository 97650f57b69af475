/**
 * @file `npm run results [-- <task>[/<entry>] [--page] [--take <model-dir>…] [--again]]`: runs an
 * application's commands over their seeds, keeps what they find, and writes docs/results/<task>.md.
 */

import { parseArgs } from "node:util";
import { minutes } from "../summary.ts";
import { trialInWords, trialsOf, type Application, type Entry } from "./application.ts";
import { APPLICATIONS } from "./index.ts";
import { oursInWords, pagePath, writePage } from "./page.ts";
import { hasData, recordsFor, runTrial, take, trainCommand } from "./runs.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    page: { type: "boolean", default: false },
    take: { type: "string", multiple: true, default: [] },
    again: { type: "boolean", default: false },
  },
});

if (positionals.length === 0) APPLICATIONS.forEach(list);
else await results(positionals[0]);

function list(application: Application): void {
  console.log(`\n${application.name}: ${application.title}`);
  for (const entry of application.entries) {
    const done = recordsFor(application, entry).map(({ seed, fold }) => fold ?? seed);
    const time = `${minutes(entry.minutesPerSeed * 60)} a ${entry.folds ? "fold" : "seed"}`;
    const runs = entry.folds
      ? `folds ${entry.folds.join(", ")}`
      : `seeds ${entry.seeds.join(", ")}`;
    console.log(
      `  ${entry.name.padEnd(24)} ${time.padEnd(18)} ${runs}; done ${done.join(", ") || "none"}`,
    );
  }
}

async function results(name: string): Promise<void> {
  const [task, start = ""] = name.split("/");
  const application = APPLICATIONS.find((candidate) => candidate.name === task);
  const all = application?.entries ?? [];
  const exact = all.filter((entry) => entry.name === start);
  const entries = exact.length > 0 ? exact : all.filter((entry) => entry.name.startsWith(start));
  if (!application || entries.length === 0) {
    misused(`there is no "${name}". Without a name it lists what there is.`);
    return;
  }
  if (values.take.length > 0) takeAll(application, entries, values.take);
  else if (!values.page) await runAll(application, entries);
  writePage(application);
  console.log(`written: ${pagePath(application)}`);
}

function takeAll(
  application: Application,
  entries: readonly Entry[],
  directories: readonly string[],
): void {
  for (const directory of directories) {
    const [entry] = entries;
    if (entries.length > 1) {
      misused(
        `say whose result that is: --take with one of ${entries.map((it) => `${application.name}/${it.name}`).join(", ")}.`,
      );
      return;
    }
    const record = take(application, entry, directory);
    console.log(
      `${entry.name}, ${trialInWords(record)}: ${record.score.toFixed(entry.digits)} ${entry.metric}`,
    );
  }
}

async function runAll(application: Application, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    console.log(`\n${entry.what}\n${trainCommand(application, entry)}`);
    if (!hasData(entry)) {
      console.log("  its data is not there: set UNROLLED_DATA to the folder that holds it");
      continue;
    }
    for (const trial of trialsOf(entry)) {
      const done = recordsFor(application, entry).some(
        ({ seed, fold }) => seed === trial.seed && fold === trial.fold,
      );
      if (done && !values.again) continue;
      if (entry.folds) console.log(trialInWords(trial));
      if (!(await runTrial(application, entry, trial, values.again))) {
        console.log("interrupted; the same command goes on from here");
        process.exitCode = 130;
        return;
      }
    }
    console.log(`  ${oursInWords(entry, recordsFor(application, entry))} ${entry.metric}`);
  }
}

function misused(message: string): void {
  process.stderr.write(`results: ${message}\n`);
  process.exitCode = 2;
}
