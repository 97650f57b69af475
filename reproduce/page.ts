/**
 * @file docs/results/reproduced.md, made from the records: `npm run reproduce -- --page`.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readRecords, recordsOf } from "./records.ts";
import { minutes, oursInWords, publishedInWords, summarize, verdict } from "./summary.ts";
import type { PublishedTable, Row } from "./table.ts";
import { TABLES } from "./tables.ts";

export const PAGE = join(dirname(import.meta.dirname), "docs", "results", "reproduced.md");

const INTRODUCTION = `# Published tables, trained again

Made by \`npm run reproduce -- --page\` from \`reproduce/results/\`; do not edit. Each row can be run
alone: \`npm run reproduce -- <table>/<row>\`. Ours is the mean over the seeds ± their standard
deviation. _Better_ means that our mean is at least as good as the published number, _within the
spread_ that it is no more than one standard deviation worse. Times are for one seed, on the clock
and in brackets of the processor: the machine was shared, so the second is the one to go by.
`;

export function writePage(): void {
  mkdirSync(dirname(PAGE), { recursive: true });
  writeFileSync(PAGE, page());
}

/** The page as the records of today give it. */
export function page(): string {
  return [INTRODUCTION, ...TABLES.map(section)].join("\n");
}

function section(table: PublishedTable): string {
  const records = readRecords(table);
  const machines = new Set(
    records.map(({ machine, engine, threads }) => {
      return `${machine}, ${engine} engine, ${threads} ${threads === 1 ? "thread" : "threads"}`;
    }),
  );
  const lines = [
    `## ${table.title}`,
    "",
    `${table.source}; ${table.checked}.${machines.size > 0 ? ` Ran on ${[...machines].join("; ")}.` : ""}`,
    "",
    "| row | published | ours | | seeds | time | settings and remarks |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...table.rows.map((row) => {
      const found = recordsOf(records, row);
      const summary = found.length > 0 ? summarize(found) : null;
      const time = summary ? `${minutes(summary.seconds)} (${minutes(summary.cpuSeconds)})` : "";
      const cells = [
        `${row.what}<br>\`${table.name}/${row.name}\``,
        publishedInWords(row),
        oursInWords(row, summary),
        verdict(row, summary),
        found.map(({ seed }) => seed).join(", "),
        time,
        remarks(row),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
    "",
  ];
  return lines.join("\n");
}

function remarks({ settings, remark }: Row): string {
  return remark ? `${settings}. ${remark}` : settings;
}
