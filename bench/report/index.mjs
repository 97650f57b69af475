/**
 * @file bench/RESULTS.md: whatever raw results there are, as tables.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { format, resolveConfig } from "prettier";
import { say } from "../../scripts/setup.mjs";
import { readResults } from "../driver/results.mjs";
import { chartOf } from "./chart.mjs";
import { layersSection } from "./layers.mjs";
import {
  bundleSizeSection,
  charModelSection,
  coldStartSection,
  growthSection,
  limitsSection,
} from "./others.mjs";
import { table } from "./table.mjs";

const CHART = "layers.svg";

export async function writeReport(out, results) {
  const read = (name) => readResults(results, name);
  const layers = read("layers");
  const parts = [
    ["limits", limitsSection],
    ["char-model", charModelSection],
    ["cold-start", coldStartSection],
    ["bundle-size", bundleSizeSection],
    ["growth", growthSection],
  ].map(([name, section]) => [read(name), section]);
  const present = [layers, ...parts.map(([found]) => found)].filter(Boolean);

  mkdirSync(dirname(out), { recursive: true });
  const sections = [heading(present)];
  if (layers) {
    const chart = join(results, CHART);
    writeFileSync(chart, chartOf(layers));
    sections.push(layersSection(layers, relative(dirname(out), chart)));
  }
  for (const [found, section] of parts) if (found) sections.push(section(found));

  const markdown = sections.join("\n\n");
  const config = (await resolveConfig(import.meta.filename)) ?? {};
  writeFileSync(out, await format(markdown, { ...config, parser: "markdown" }));
  say(`wrote ${relative(process.cwd(), out)}`);
}

function heading(present) {
  const { date, machine } = present[0].about;
  const quick = present.some(({ about }) => about.quick);
  const pinned = machine.pinned
    ? "One-thread rows are kept on one core."
    : "This machine cannot keep a process on one core.";
  const rows = [
    ["processor", machine.cpu],
    ["cores, memory", `${machine.cores}, ${machine.memoryGiB} GiB`],
    ["platform", machine.platform],
    ["Node, V8", `${machine.node}, ${machine.v8}`],
    ["date", date],
  ];
  return `# Results

Written by \`npm run bench -- all\`; [README.md](README.md) says how it measures and how to run it
again. ${quick ? "**This was a quick run: its figures are rough.**" : ""}

${table(["machine", ""], rows)}

${pinned}`;
}
