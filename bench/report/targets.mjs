/**
 * @file What this project has set itself, and whether the measured figures reach it.
 */

import { CELLS, MODES } from "../work.mjs";
import { CELL_NAMES } from "./layers.mjs";
import { nameOf, ratioOf } from "./ratios.mjs";
import { digits, geometricMean, table } from "./table.mjs";

const ALL = ["S1", "S2", "S3", "S4", "S5", "S6"];

/** How many times as long a peer should take with one thread: `least`, and more at some shapes. */
const AGAINST = [
  { peer: "tfjs", engine: "wasm", mode: "training", least: 10, at: { S1: 50, S6: 50 } },
  { peer: "tfjs", engine: "wasm", mode: "inference", least: 5 },
  { peer: "jax-js", engine: "wasm", mode: "training", least: 10, at: { S1: 50, S6: 50 } },
  { peer: "jax-js", engine: "wasm", mode: "inference", least: 5 },
  { peer: "onnxruntime-web", engine: "wasm", mode: "inference", least: 1.5 },
  { peer: "onnxruntime-node", engine: "native", mode: "inference", least: 1, at: { S5: 2 } },
  ...MODES.flatMap((mode) => [
    { peer: "torch", engine: "native", mode, least: 1, at: { S1: 5, S5: 5, S6: 5 } },
    { peer: "onednn", engine: "native", mode, least: 1, at: { S2: 0.9, S3: 0.9, S4: 0.9 } },
  ]),
];

/** 80 % of what the kernels' tiles reach in the first-level cache, and 80 of a core's 115 GFLOP/s. */
const RATES = [
  { engine: "wasm", least: 0.8 * 58, shapes: ["S2", "S3", "S4"] },
  { engine: "wasm-simd", least: 0.8 * 45, shapes: ["S2", "S3", "S4"] },
  { engine: "native", least: 80, shapes: ["S3", "S4"] },
];

const TWO_THREADS = { least: 1.8, shapes: ["S3", "S4"] };
const CHAR_MODEL = { torch: 1.5, "brain-js": 10 };
const COLD_START = { ms: 60, MiB: 75 };
const BUNDLE = { beginning: "the core", kb: 60 };

/** Where the missed ones are, at most so many. */
const MOST_SHOWN = 6;

/** @param {(name: string) => { about: object, records: object[] } | null} read the raw results */
export function targetsSection(read) {
  const rows = [...layerRows(read("layers")), ...charModelRows(read("char-model"))]
    .concat(coldStartRows(read("cold-start")), bundleRows(read("bundle-size")))
    .filter(({ found }) => found.length > 0);
  if (rows.length === 0) return "";
  const head = ["", "target", "reached", "on the whole", "least", "missed at"];
  return `### Targets

One thread each, unless it says otherwise. What limits a missed one is in the sections below.

${table(head, rows.map(cellsOf))}`;
}

/** Rounded down, so that what is missed does not look reached: 49×, 1.79× */
function exactTimes(ratio) {
  return `${ratio >= 10 ? Math.floor(ratio) : (Math.floor(ratio * 100) / 100).toFixed(2)}×`;
}

/**
 * @param {object} row
 * @param {{ where: string, value: number, needed: number }[]} row.found
 * @param {(value: number) => string} row.show
 * @param {boolean} [row.below] whether less is better
 */
function cellsOf({ name, target, found, show, below = false }) {
  const closeness = ({ value, needed }) => (below ? needed / value : value / needed);
  const sorted = [...found].sort((a, b) => closeness(a) - closeness(b));
  const missed = sorted.filter((each) => closeness(each) < 1);
  const varies = new Set(found.map(({ needed }) => needed)).size > 1;
  const at = ({ where, value, needed }) =>
    `${where} ${show(value)}${varies ? ` of ${needed}` : ""}`;
  const more = missed.length > MOST_SHOWN ? `, and ${missed.length - MOST_SHOWN} more` : "";
  return [
    name,
    target,
    missed.length === 0 ? "yes" : `**${found.length - missed.length} of ${found.length}**`,
    show(geometricMean(found.map(({ value }) => value))),
    `${show(sorted[0].value)} (${sorted[0].where})`,
    missed.slice(0, MOST_SHOWN).map(at).join(", ") + more,
  ];
}

function layerRows(layers) {
  if (!layers) return [];
  const { about, records } = layers;
  const system = (id) => about.systems.find((each) => each.id === id);
  const casesOf = (mode, shapes, valueOf) =>
    CELLS.flatMap((cell) =>
      shapes.map((shape) => ({ where: `${CELL_NAMES[cell]} ${shape}`, cell, mode, shape })),
    ).flatMap(({ where, ...each }) => {
      const value = valueOf(each);
      return value ? [{ where, value, shape: each.shape }] : [];
    });

  const against = AGAINST.flatMap(({ peer, engine, mode, least, at = {} }) => {
    const pair = { peer: system(peer), own: system(`unrolled-${engine}`) };
    if (!pair.peer || !pair.own) return [];
    const found = casesOf(mode, ALL, (each) => ratioOf(records, pair, each)).map((each) => ({
      ...each,
      needed: at[each.shape] ?? least,
    }));
    const name = `${mode}, ${engine}, against ${nameOf(pair.peer)}`;
    return [{ name, target: targetText(least, at), found, show: exactTimes }];
  });

  const rates = RATES.flatMap(({ engine, least, shapes }) =>
    MODES.map((mode) => {
      const rateOf = ({ cell, shape }) =>
        records.find(
          (r) =>
            r.system === `unrolled-${engine}` &&
            r.mode === mode &&
            r.cell === cell &&
            r.shape === shape,
        )?.gflops;
      const found = casesOf(mode, shapes, rateOf).map((each) => ({ ...each, needed: least }));
      return {
        name: `${mode}, ${engine}, of the core's limit`,
        target: `≥ ${digits(least)} GFLOP/s at ${shapes.join(", ")}`,
        found,
        show: digits,
      };
    }),
  );

  const threads = ["native", "wasm"].flatMap((engine) => {
    const pair = { peer: system(`unrolled-${engine}`), own: system(`unrolled-${engine}-2`) };
    if (!pair.peer || !pair.own) return [];
    return MODES.map((mode) => ({
      name: `${mode}, ${engine}, two threads against one`,
      target: `≥ ${TWO_THREADS.least}× at ${TWO_THREADS.shapes.join(", ")}`,
      found: casesOf(mode, TWO_THREADS.shapes, (each) => ratioOf(records, pair, each)).map(
        (each) => ({ ...each, needed: TWO_THREADS.least }),
      ),
      show: exactTimes,
    }));
  });
  return [...against, ...rates, ...threads];
}

/** `≥ 1×; ≥ 5× at S1, S5, S6` */
function targetText(least, at) {
  const special = [...new Set(Object.values(at))].map((value) => {
    const shapes = Object.keys(at).filter((shape) => at[shape] === value);
    return `; ≥ ${value}× at ${shapes.join(", ")}`;
  });
  return `≥ ${least}×${special.join("")}`;
}

function charModelRows(results) {
  if (!results) return [];
  const { about, records } = results;
  const timeOf = (id, model) => records.find((r) => r.system === id && r.model === model)?.medianMs;
  const row = (name, peer, model, least, pairs) => ({
    name,
    target: `≥ ${least}×`,
    show: exactTimes,
    found: pairs.flatMap(([where, theirs, ours]) => {
      const value = timeOf(theirs, model) / timeOf(ours, model);
      return value ? [{ where, value, needed: least }] : [];
    }),
  });
  const nameFor = (id) => nameOf(about.systems.find((each) => each.id === id) ?? { label: id });
  return [
    row(`character model against ${nameFor("torch")}`, "torch", "large", CHAR_MODEL.torch, [
      ["native", "torch", "unrolled-native"],
      ["native, 2 threads", "torch-2", "unrolled-native-2"],
    ]),
    row("character model, two threads against one", null, "large", TWO_THREADS.least, [
      ["native", "unrolled-native", "unrolled-native-2"],
      ["wasm", "unrolled-wasm", "unrolled-wasm-2"],
    ]),
    row(
      `small character model, wasm, against ${nameFor("brain-js")}`,
      "brain-js",
      "small",
      CHAR_MODEL["brain-js"],
      [["training", "brain-js", "unrolled-wasm"]],
    ),
  ];
}

function coldStartRows(results) {
  if (!results) return [];
  const bare = results.records.find(({ system }) => system === "node");
  const ours = results.records.filter(({ system, medianMs }) => system === "unrolled" && medianMs);
  const row = (name, unit, valueOf) => ({
    name,
    target: `< ${COLD_START[unit]} ${unit}`,
    below: true,
    show: (value) => `${digits(value)} ${unit}`,
    found: ours.map((record) => ({
      where: record.label.replace("Unrolled, ", ""),
      value: valueOf(record),
      needed: COLD_START[unit],
    })),
  });
  return [
    row("cold start, beyond bare Node", "ms", ({ medianMs }) => medianMs - bare.medianMs),
    row("cold start, whole process", "MiB", ({ peakMiB }) => peakMiB),
  ];
}

function bundleRows(results) {
  const record = results?.records.find(({ what }) => what.startsWith(BUNDLE.beginning));
  if (!record) return [];
  return [
    {
      name: `size in a browser: ${BUNDLE.beginning}`,
      target: `< ${BUNDLE.kb} KB gzipped`,
      below: true,
      show: (value) => `${digits(value)} KB`,
      found: [{ where: "gzipped", value: record.gzipped / 1000, needed: BUNDLE.kb }],
    },
  ];
}
