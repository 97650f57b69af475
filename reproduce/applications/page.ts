/**
 * @file docs/results/<task>.md, made from the records: `npm run results -- <task> --page`.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { meanInterval } from "unrolled";
import { minutes, summarize } from "../summary.ts";
import { trialsOf, type Application, type Entry } from "./application.ts";
import { evalCommand, recordsFor, trainCommand, type ApplicationRecord } from "./runs.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "docs", "results");

export function pagePath({ name }: Application): string {
  return join(FOLDER, `${name}.md`);
}

export function writePage(application: Application): void {
  const path = pagePath(application);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, page(application));
}

/** The page as the records of today give it. */
export function page(application: Application): string {
  const { name, title, about, entries } = application;
  const found = entries.map((entry) => ({ entry, records: recordsFor(application, entry) }));
  const lines = [
    `# ${title}`,
    "",
    `Made by \`npm run results -- ${name} --page\` from \`reproduce/results/${name}.jsonl\`; do not edit. Ours is`,
    "the mean over the seeds, or folds, with Student's 95 % interval for it; a baseline is what the same",
    "data gives without our model. Times are for one of them, on the clock and in brackets of the",
    "processor: the machine was shared, so the second is the one to go by.",
    "",
    about.trim(),
    "",
    "| what | ours | target | baselines | published | seeds | steps, time |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...found.map(({ entry, records }) => `| ${row(entry, records).join(" | ")} |`),
    "",
    "## Commands",
    "",
    `Any seed: \`--seed 2\`. \`UNROLLED_DATA\` is the folder of the data sets${entries.some(({ folds }) => folds) ? ", and `FOLD` the fold" : ""}.`,
    "",
    "```sh",
    ...entries.flatMap((entry) => {
      const run = `runs/${entry.name}${entry.folds ? "-$FOLD" : ""}`;
      const measure = evalCommand(entry, run);
      return [`${trainCommand(application, entry)} -o ${run}`, ...(measure ? [measure] : [])];
    }),
    "```",
    "",
    ...sources(entries),
    ...machines(found.flatMap(({ records }) => records)),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function row(entry: Entry, records: readonly ApplicationRecord[]): string[] {
  const published = entry.published.map(
    ({ what, score }, i) => `${what} ${format(entry, score)}${note(entry, i)}`,
  );
  const what = `${entry.what}, ${entry.metric}<br>\`${entry.name}\`${entry.remark ? `<br>${entry.remark}` : ""}`;
  if (records.length === 0) {
    const time = minutes(entry.minutesPerSeed * 60);
    return [
      what,
      "not run",
      targetOf(entry, null),
      "",
      published.join("<br>"),
      "",
      `about ${time} a ${entry.folds ? "fold" : "seed"}`,
    ];
  }
  const { seconds, cpuSeconds, mean } = summarize([...records]);
  const steps = Math.round(records.reduce((sum, record) => sum + record.steps, 0) / records.length);
  return [
    what,
    [oursInWords(entry, records), ...partsOf(entry, records)].join("<br>"),
    targetOf(entry, mean, records.length < trialsOf(entry).length),
    baselinesOf(entry, records),
    published.join("<br>"),
    entry.folds
      ? `${records.length} of ${trialsOf(entry).length} folds`
      : records.map(({ seed }) => seed).join(", "),
    `${steps.toLocaleString("en-US")}, ${minutes(seconds)}${records.every((record) => record.cpuSeconds > 0) ? ` (${minutes(cpuSeconds)})` : ""}`,
  ];
}

/** `**86.3** ± 0.7` */
export function oursInWords(entry: Entry, records: readonly { score: number }[]): string {
  const scores = records.map(({ score }) => score);
  if (scores.length === 1) return `**${format(entry, scores[0])}**`;
  const { estimate, high } = meanInterval(scores);
  return `**${format(entry, estimate)}** ± ${format(entry, high - estimate)}`;
}

/** `11–15 words: 33.9`, the mean over the records */
function partsOf(entry: Entry, records: readonly ApplicationRecord[]): string[] {
  return Object.keys(records[0].parts ?? {}).map((name) => {
    const scores = records.flatMap(({ parts }) => parts?.[name] ?? []);
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    return `${name}: ${format(entry, mean)}`;
  });
}

function targetOf(entry: Entry, mean: number | null, isPartial = false): string {
  const { target, better } = entry;
  if (target === undefined) return "";
  const wanted = `${better === "higher" ? "≥" : "≤"} ${format(entry, target)}`;
  if (mean === null) return wanted;
  const isReached = better === "higher" ? mean >= target : mean <= target;
  return `${wanted}, ${isReached ? "reached" : `missed by ${format(entry, Math.abs(mean - target))}`}${isPartial ? " so far" : ""}`;
}

/** The best first; where it beats us, that is said. */
function baselinesOf(entry: Entry, records: readonly ApplicationRecord[]): string {
  const ours = summarize([...records]).mean;
  const sign = entry.better === "higher" ? -1 : 1;
  const names = Object.keys(records[0].baselines);
  const means = names.map((name) => {
    const scores = records.map(({ baselines }) => baselines[name]);
    return { name, score: scores.reduce((sum, score) => sum + score, 0) / scores.length };
  });
  means.sort((a, b) => sign * (a.score - b.score));
  return means
    .map(({ name, score }) => {
      const wins = sign * (score - ours) <= 0;
      return `${name} ${format(entry, score)}${wins ? " (**not beaten**)" : ""}`;
    })
    .join("<br>");
}

function format({ digits }: Entry, score: number): string {
  return score.toFixed(digits);
}

/** A number behind a published figure that leads to its source. */
function note(entry: Entry, i: number): string {
  return `<sup>${entry.name}-${i + 1}</sup>`;
}

function sources(entries: readonly Entry[]): string[] {
  const lines = entries.flatMap((entry) =>
    entry.published.map(({ source }, i) => `- ${note(entry, i)} ${source}`),
  );
  return lines.length > 0 ? ["## Published figures", "", ...lines, ""] : [];
}

function machines(records: readonly ApplicationRecord[]): string[] {
  const kinds = new Set(
    records.map(
      ({ machine, engine, threads, versions }) =>
        `${machine}, ${engine} engine, ${threads} ${threads === 1 ? "thread" : "threads"}, Node ${versions.node}, Unrolled ${versions.unrolled}`,
    ),
  );
  const dates = [...new Set(records.map(({ date }) => date))].sort();
  return kinds.size === 0 ? [] : [`Ran on ${[...kinds].join("; ")}; ${dates.join(", ")}.`];
}
