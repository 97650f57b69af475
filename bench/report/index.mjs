/**
 * @file bench/RESULTS.md: whatever raw results there are, as tables.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { format, resolveConfig } from "prettier";
import { say } from "../../scripts/setup.mjs";
import { readResults } from "../driver/results.mjs";
import { layersChart } from "./chart.mjs";
import { growthChart } from "./growth-chart.mjs";
import { layersInShort, layersSection } from "./layers.mjs";
import {
  browserSection,
  bundleSizeSection,
  charModelSection,
  coldStartSection,
  growthSection,
  limitsSection,
  memorySection,
} from "./others.mjs";
import { table } from "./table.mjs";
import { targetsSection } from "./targets.mjs";

/** In the order of the report, with the picture that one of them has. */
const SECTIONS = {
  layers: { section: layersSection, picture: layersChart },
  limits: { section: limitsSection },
  "char-model": { section: charModelSection },
  browser: { section: browserSection },
  memory: { section: memorySection },
  "cold-start": { section: coldStartSection },
  "bundle-size": { section: bundleSizeSection },
  growth: { section: growthSection, picture: growthChart },
};

export async function writeReport(out, results) {
  mkdirSync(dirname(out), { recursive: true });
  const read = (name) => readResults(results, name);
  const present = Object.keys(SECTIONS).flatMap((name) => {
    const found = read(name);
    return found ? [{ ...SECTIONS[name], found, file: join(results, `${name}.svg`) }] : [];
  });
  for (const { picture, found, file } of present) if (picture) writeFileSync(file, picture(found));
  const pathTo = (file) => relative(dirname(out), file);

  const markdown = [
    heading(
      present.map(({ found }) => found),
      pathTo(join(import.meta.dirname, "..", "README.md")),
    ),
    "## In short",
    ...present
      .filter(({ section }) => section === layersSection)
      .map(({ found, file }) => layersInShort(found, pathTo(file))),
    targetsSection(read),
    ...present.map(({ section, found, file }) => section(found, pathTo(file))),
  ].join("\n\n");
  const config = (await resolveConfig(import.meta.filename)) ?? {};
  writeFileSync(out, await format(markdown, { ...config, parser: "markdown" }));
  say(`wrote ${relative(process.cwd(), out)}`);
}

function heading(present, readme) {
  const { machine } = present[0].about;
  const dates = present.map(({ about }) => about.date).sort();
  const [first, last] = [dates[0], dates.at(-1)];
  const systems = present.flatMap(({ about }) => about.systems ?? []);
  const versions = [...new Set(systems.map(({ version }) => version))];
  const quick = present.some(({ about }) => about.quick);
  const pinned = machine.pinned
    ? "One-thread rows are kept on one core."
    : "This machine cannot keep a process on one core.";
  const rows = [
    ["processor", machine.cpu],
    ["vectors", machine.vectors],
    ["cores, memory", `${machine.cores}, ${machine.memoryGiB} GiB`],
    ["platform", machine.platform],
    ["Node, V8", `${machine.node}, ${machine.v8}`],
    ["measured", versions.join(", ")],
    ["date", first === last ? last : `${first} to ${last}`],
  ];
  return `# Results

Written by \`npm run bench -- all\`; [README.md](${readme}) says how it measures and how to run it
again. ${quick ? "**This was a quick run: its figures are rough.**" : ""}

${table(["machine", ""], rows)}

${pinned}`;
}
