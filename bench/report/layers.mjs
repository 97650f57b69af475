/**
 * @file One layer at a time: a summary; the losses, what is missing, and every figure.
 */

import { CELLS, MODES, SHAPES } from "../work.mjs";
import { nameOf, pairings, ratioOf } from "./ratios.mjs";
import { digits, geometricMean, percent, table, times } from "./table.mjs";

export const CELL_NAMES = { lstm: "LSTM", gru: "GRU", rnn: "RNN" };
const MODE_NAMES = {
  training: "training step: forward, Σy², backward to weights, biases and input",
  inference: "inference",
};

/** One thread, and native with native, Wasm with Wasm. */
function isPlain({ peer, own }) {
  return peer.threads === 1 && own.engine === peer.kind;
}

/** The first table, and the picture. */
export function layersInShort({ about, records }, chart) {
  return `How many times as long the others take for one layer, one thread each (the mean is geometric, over
cells and shapes). Above one we are faster. Peers of native code are held against our native engine,
those of WebAssembly against our Wasm.

${summary(records, pairings(about.systems).filter(isPlain), casesOf(records))}

![How many times as long the others take](${chart})`;
}

export function layersSection({ about, records }) {
  const { systems, missing } = about;
  const pairs = pairings(systems);
  const cases = casesOf(records);
  const shapes = shapesOf(records);
  const sizes = shapes
    .map((name) => `${name} (${Object.values(SHAPES[name]).join(", ")})`)
    .join(" · ");

  return `## One layer

Shapes as (batch, seq, inputSize, hiddenSize): ${sizes}. Inference of S5 is a streaming step that
carries its state on. Systems take turns at the same work with the same numbers, after their outputs
and gradients have been compared.

${agreement(records, systems)}

${losses(records, pairs, cases)}

### Native code against our Wasm, and more threads

${summary(
  records,
  pairs.filter((pair) => !isPlain(pair)),
  cases,
)}

${absent(records, systems, missing)}

${figuresOf({ about, records })}`;
}

/** Every figure of one layer, a part for each mode and cell. */
export function figuresOf({ about: { systems }, records }) {
  const kinds = casesOf(records).filter(
    ({ mode, cell }, i, all) => i === all.findIndex((c) => c.mode === mode && c.cell === cell),
  );
  const shapes = shapesOf(records);
  return kinds
    .map((kind) => figures(records, systems, pairings(systems), shapes, kind))
    .join("\n\n");
}

function shapesOf(records) {
  return Object.keys(SHAPES).filter((name) => records.some(({ shape }) => shape === name));
}

/** What has been measured, in the order of the report. */
function casesOf(records) {
  const all = MODES.flatMap((mode) =>
    CELLS.flatMap((cell) => Object.keys(SHAPES).map((shape) => ({ mode, cell, shape }))),
  );
  return all.filter((each) =>
    records.some((r) => r.mode === each.mode && r.cell === each.cell && r.shape === each.shape),
  );
}

function summary(records, pairs, cases) {
  const rows = MODES.flatMap((mode) =>
    pairs.flatMap((pair) => {
      const found = cases
        .filter((each) => each.mode === mode)
        .map((each) => ({ each, ratio: ratioOf(records, pair, each) }))
        .filter(({ ratio }) => ratio !== undefined)
        .sort((a, b) => a.ratio - b.ratio);
      if (found.length === 0) return [];
      const ratios = found.map(({ ratio }) => ratio);
      const [least, most] = [found[0], found.at(-1)];
      const where = ({ each, ratio }) => `${times(ratio)} (${CELL_NAMES[each.cell]} ${each.shape})`;
      const wins = ratios.filter((ratio) => ratio >= 1).length;
      return [
        [
          mode,
          nameOf(pair.peer),
          pair.own.engine + (pair.own.threads > 1 ? `, ${pair.own.threads} threads` : ""),
          `${wins} of ${ratios.length}`,
          times(geometricMean(ratios)),
          where(least),
          where(most),
        ],
      ];
    }),
  );
  const head = ["", "against", "our engine", "ahead at", "on the whole", "least", "most"];
  return table(head, rows);
}

/** How far apart the results were: of all that was timed, and of what was refused for it. */
function agreement(records, systems) {
  const compared = records.filter(({ medianMs, difference }) => medianMs && difference != null);
  if (compared.length === 0) return "";
  const worst = compared.reduce((a, b) => (b.difference > a.difference ? b : a));
  const name = nameOf(systems.find(({ id }) => id === worst.system));
  return `Outputs and gradients of ${compared.length} pairs were compared; the largest difference, relative
to the length of the vector, is ${worst.difference.toExponential(1)} (${name}, ${CELL_NAMES[worst.cell]} ${worst.shape}, ${worst.mode}).`;
}

/** A row for each pair: where it loses, the worst first. */
function losses(records, pairs, cases) {
  const rows = MODES.flatMap((mode) =>
    pairs.flatMap((pair) => {
      const lost = cases
        .filter((each) => each.mode === mode)
        .map((each) => ({ each, ratio: ratioOf(records, pair, each) }))
        .filter(({ ratio }) => ratio < 1)
        .sort((a, b) => a.ratio - b.ratio)
        .map(({ each, ratio }) => `${CELL_NAMES[each.cell]} ${each.shape} ${times(ratio)}`);
      return lost.length > 0 ? [[mode, nameOf(pair.peer), nameOf(pair.own), lost.join(", ")]] : [];
    }),
  );
  if (rows.length === 0) return "### Where we are behind\n\nNowhere in this run.";
  return `### Where we are behind\n\n${table(["", "against", "with", "at"], rows)}`;
}

/** Each reason once, with the work it holds for. */
function absent(records, systems, missing) {
  const reasons = new Map(missing.map((system) => [`${system.label}: ${system.reason}`, ["all"]]));
  for (const { system, mode, cell, shape, reason } of records) {
    if (!reason) continue;
    const key = `${nameOf(systems.find(({ id }) => id === system))}: ${reason}`;
    const where = reasons.get(key) ?? [];
    reasons.set(key, [...where, `${CELL_NAMES[cell]} ${shape} ${mode}`]);
  }
  if (reasons.size === 0) return "";
  const lines = Array.from(reasons, ([key, where]) =>
    where.length > 3 || where[0] === "all" ? `- ${key}` : `- ${key} (${where.join("; ")})`,
  );
  return `### Not measured\n\n${lines.join("\n")}`;
}

function figures(records, systems, pairs, shapes, { mode, cell }) {
  const find = (id, shape) =>
    records.find((r) => r.system === id && r.mode === mode && r.cell === cell && r.shape === shape);
  const time = (record) => {
    if (!record?.medianMs) return "–";
    const spread = record.samples.length > 2 ? ` ±${percent(record.spread)}` : "";
    return digits(record.medianMs) + spread;
  };
  const one = (name, value) => [name, ...shapes.map(value)];

  const timeRows = systems
    .filter(({ id }) => shapes.some((shape) => find(id, shape)?.medianMs))
    .map((system) => one(nameOf(system), (shape) => time(find(system.id, shape))));
  const rateRows = systems
    .filter(
      ({ kind, threads, engine }) => kind === "unrolled" && threads === 1 && engine !== "wasm-simd",
    )
    .map((system) =>
      one(nameOf(system), (shape) => {
        const gflops = find(system.id, shape)?.gflops;
        return gflops ? digits(gflops) : "–";
      }),
    );
  const ratioRow = (name, pair) => {
    const ratios = shapes.map((shape) => ratioOf(records, pair, { mode, cell, shape }));
    if (ratios.every((ratio) => ratio === undefined)) return [];
    return [[name, ...ratios.map((ratio) => (ratio ? times(ratio) : "–"))]];
  };
  const peerRows = pairs.flatMap((pair) =>
    ratioRow(`${nameOf(pair.peer)} ÷ ${pair.own.engine}`, pair),
  );
  const threadRows = systems
    .filter(({ kind, threads }) => kind === "unrolled" && threads > 1)
    .flatMap((own) => {
      const single = systems.find((s) => s.engine === own.engine && s.threads === 1);
      return single
        ? ratioRow(`ours, ${own.engine}: 1 thread ÷ ${own.threads}`, { peer: single, own })
        : [];
    });

  return `#### ${CELL_NAMES[cell]}, ${MODE_NAMES[mode]}

${table(["ms", ...shapes], timeRows)}

${table(["times as long as ours", ...shapes], [...peerRows, ...threadRows])}

${table(["GFLOP/s", ...shapes], rateRows)}`;
}
