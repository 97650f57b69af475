/**
 * @file How fast do minGRU and minLSTM train beside GRU and LSTM, as sequences grow longer, and
 * what does a cell in `nn.Recurrent` cost beside the fused LSTM?
 *
 *   npm run bench -- scan [--quick]
 *
 * One thread, through the public API: forward, Σy², backward to weights, biases and input, with the
 * weights counted as changed before every step. All layers in one process, in turn: A B C A B C.
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, say } from "../scripts/setup.mjs";
import { writeResults } from "./driver/results.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";
import { table, digits } from "./report/table.mjs";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const { unrolled, engines } = await importUnrolled();
const { nn, randn, setNumThreads, useEngine } = unrolled;
setNumThreads(1);

const LONG = { batch: 8, inputSize: 64, hiddenSize: 128, lengths: [128, 512, 1024, 4096] };
const TAPE = { batch: 16, seq: 64, inputSize: 64, hiddenSize: 128 };
const ROUNDS = values.quick ? 3 : 7;

const records = [];
for (const engine of engines.filter((name) => name !== "wasm-simd")) {
  useEngine(engine);
  const layers = {
    GRU: (i, h) => new nn.GRU(i, h),
    LSTM: (i, h) => new nn.LSTM(i, h),
    MinGRU: (i, h) => new nn.MinGRU(i, h),
    MinLSTM: (i, h) => new nn.MinLSTM(i, h),
  };
  for (const seq of LONG.lengths) records.push(...timed(layers, { ...LONG, seq, engine }));
}
useEngine("wasm");
const recurrent = (make) => (i, h) => new nn.Recurrent((n) => make(n, h), { inputSize: i });
records.push(
  ...timed(
    {
      LSTM: (i, h) => new nn.LSTM(i, h),
      "LSTM, weightDropout 0.5": (i, h) => new nn.LSTM(i, h, { weightDropout: 0.5 }),
      "Recurrent of LSTMCell": recurrent((i, h) => new nn.LSTMCell(i, h)),
      "… with Zoneout": recurrent((i, h) => new nn.Zoneout(new nn.LSTMCell(i, h), [0.05, 0.5])),
      PeepholeLSTM: (i, h) => new nn.PeepholeLSTM(i, h),
      LayerNormLSTM: (i, h) => new nn.LayerNormLSTM(i, h),
    },
    { ...TAPE, engine: "wasm" },
  ),
);

const { quick } = values;
const about = { quick, rounds: ROUNDS, long: LONG, tape: TAPE };
writeResults(join(ROOT, "bench", "results"), "scan", about, records);
for (const seq of [...LONG.lengths, TAPE.seq]) {
  const rows = records.filter((record) => record.seq === seq);
  const shown = rows.map(({ layer, engine, ms, relative }) => [
    ...[layer, engine, digits(ms), `${digits(relative)} ×`],
  ]);
  say(`\n${rows[0].batch} sequences of ${seq} steps\n`);
  say(table(["layer", "engine", "training step, ms", "beside the first"], shown));
}

/** Medians of all layers, which take turns; the first is what the others are compared with. */
function timed(layers, sizes) {
  const { batch, seq, inputSize, hiddenSize, engine } = sizes;
  const entrants = Object.entries(layers).map(([name, create]) => {
    const layer = create(inputSize, hiddenSize);
    const x = randn([seq, batch, inputSize], { requiresGrad: true });
    return { name, step: () => trainingStep(layer, x), samples: [] };
  });
  for (const { step } of entrants) step();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { step, samples } of entrants) {
      const started = performance.now();
      step();
      samples.push(performance.now() - started);
    }
  }
  const found = entrants.map(({ name, samples }) => {
    const ms = samples.sort((a, b) => a - b)[ROUNDS >> 1];
    return { layer: name, engine, batch, seq, ms };
  });
  return found.map((record) => ({ ...record, relative: record.ms / found[0].ms }));
}

function trainingStep(layer, x) {
  for (const { storage } of layer.parameters()) storage.changed();
  layer.zeroGrad();
  x.grad = null;
  const [output] = layer.forward(x);
  output.mul(output).sum().backward();
}
