/**
 * @file Does padding cost anything? A batch that is half padding, beside the full batch, and beside
 * the same number of steps without padding.
 *
 *   npm run bench -- lengths [--quick] [--cells lstm] [--shapes S3] [--modes training]
 *
 * Lengths are spread evenly from 1 to seq, in no order. "of full" should be one half where padded
 * steps are left out; "of the same steps" shows what bookkeeping and smaller products cost: 1 would
 * be nothing. One thread.
 */

import { alternate } from "./driver/alternate.mjs";
import { Child } from "./driver/child.mjs";
import { readOptions } from "./driver/options.mjs";
import { listSystems } from "./driver/systems.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { layerWork, SHAPES } from "./work.mjs";

const { pace, cells, shapes, modes } = readOptions();
const { engines } = await importUnrolled();
const systems = listSystems(engines.filter((engine) => engine !== "wasm-simd"));

console.log(
  "engine  cell  shape  mode         full ms   half padded   of full   of the same steps",
);
for (const shape of shapes.filter((name) => SHAPES[name].batch > 1)) {
  for (const mode of modes) for (const cell of cells) await compare(cell, shape, mode);
}
process.exit(0);

async function compare(cell, shape, mode) {
  const work = layerWork(cell, shape, mode);
  const works = [
    work,
    { ...work, lengths: halfOf(work) },
    { ...work, seq: work.seq / 2 }, // as many steps, all of them real
  ];
  for (const system of systems.filter(
    ({ kind, threads }) => kind === "unrolled" && threads === 1,
  )) {
    const entrants = [];
    for (const each of works) {
      const child = await Child.start(system);
      await child.prepare(each);
      entrants.push({ child, threads: 1 });
    }
    const [full, half, same] = (await alternate(entrants, pace)).map(({ medianMs }) => medianMs);
    for (const { child } of entrants) child.stop();
    console.log(
      [
        system.engine.padEnd(6),
        cell.padEnd(5),
        shape.padEnd(6),
        mode.padEnd(10),
        full.toFixed(2).padStart(9),
        half.toFixed(2).padStart(13),
        (half / full).toFixed(2).padStart(9),
        (half / same).toFixed(2).padStart(19),
      ].join(" "),
    );
  }
}

/** From 1 to seq, seq / 2 on average, shuffled by a stride that has no factor in common with the batch. */
function halfOf({ batch, seq }) {
  const sorted = Array.from({ length: batch }, (_, b) =>
    Math.round(1 + ((seq - 1) * b) / (batch - 1)),
  );
  const total = sorted.reduce((sum, length) => sum + length, 0);
  sorted[batch >> 1] -= total - (batch * seq) / 2; // the same steps to the last one
  return sorted.map((_, i) => sorted[(i * 5) % batch]);
}
