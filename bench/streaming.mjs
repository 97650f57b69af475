/**
 * @file What does createStream add to a streaming step with the state carried by hand?
 *
 *   npm run bench -- streaming
 *
 * One step through nn.LSTM(64, 128), and through embedding → LSTM → linear, turn by turn: the model
 * called with its state, and the same model in a stream. Also how long it takes to keep a state as
 * bytes and to restore it. Microseconds, best and median.
 */

import { measure } from "./load.mjs";
import { importUnrolled } from "./driver/unrolled.mjs";

const { unrolled, engines } = await importUnrolled();
const { createStream, nn, noGrad, randn, setNumThreads, tensor, useEngine } = unrolled;
const ROUNDS = 5;
setNumThreads(1);

/** ids [batch, seq] and a state → logits [batch, seq, 65] and the state after. */
class Model extends nn.Module {
  embedding = new nn.Embedding(65, 64);
  lstm = new nn.LSTM(64, 128, { batchFirst: true });
  head = new nn.Linear(128, 65);

  forward(ids, state) {
    const [output, next] = this.lstm.forward(this.embedding.forward(ids), state);
    return [this.head.forward(output), next];
  }
}

for (const engine of engines) {
  useEngine(engine);
  compare(engine, "LSTM(64, 128)", new nn.LSTM(64, 128), randn([1, 64]), 0);
  compare(engine, "a model of three", new Model(), tensor([7]).int(), 1);
}

function compare(engine, name, model, x, timeAxis) {
  const stream = createStream(model);
  let state = null;
  const entrants = {
    "by hand": () =>
      noGrad(() => {
        const [output, next] = model.forward(x.unsqueeze(timeAxis), state);
        state = next;
        return output.squeeze(timeAxis);
      }),
    stream: () => stream.step(x),
    "state()": () => stream.state(),
  };
  const best = {};
  const medians = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [entrant, body] of Object.entries(entrants)) {
      const { best: ms, median } = measure(body, { atLeastMs: 200 });
      best[entrant] = Math.min(best[entrant] ?? Infinity, ms * 1000);
      (medians[entrant] ??= []).push(median * 1000);
    }
  }
  const bytes = stream.state();
  const restore = measure(() => stream.restore(bytes), { atLeastMs: 200 });
  const line = Object.keys(entrants).map((entrant) => {
    const median = medians[entrant].sort((a, b) => a - b)[ROUNDS >> 1];
    return `${entrant} ${best[entrant].toFixed(1)} (${median.toFixed(1)})`;
  });
  console.log(
    `${engine.padEnd(9)} ${name.padEnd(17)} ${line.join("   ")}   restore() ${(restore.best * 1000).toFixed(1)}   ${bytes.length} bytes`,
  );
}
