/**
 * @file A text model for other programs: its graph, and in the metadata all that is needed to use it.
 */

import { exportOnnx, noGrad, tensor } from "unrolled";
import type { TextModel, TextState } from "./model.ts";

/** Steps of the example; any number will do. */
const EXAMPLE_STEPS = 3;

/**
 * The model as an ONNX file that reads and writes a text piece by piece.
 *
 * - in:  `ids` [batch, seq], and the state before them, `h` and for the LSTM `c`; zeros to begin with
 * - out: `logits` [batch, seq, vocabSize] for the token after each, and the state after, `h.next`, …
 * - metadata: `task`, `config`, `tokenizer` (as `config.json` has them), and `states`, the shapes of
 *   the state for a batch of one
 */
export function textOnnx(model: TextModel): Uint8Array {
  const { config, tokenizer } = model;
  const example = (batch: number) =>
    tensor(new Int32Array(batch * EXAMPLE_STEPS), { shape: [batch, EXAMPLE_STEPS] });
  const statesOf = (batch: number): TextState => {
    const wasTraining = model.training;
    model.eval();
    const [, state] = noGrad(() => model.forward(example(batch)));
    model.train(wasTraining);
    return state;
  };
  const [states, wider] = [statesOf(1), statesOf(2)];
  const names = ["h", "c"].slice(0, states.length);
  // A window's state has its batch elsewhere than a recurrent layer's.
  const axes = states.map(({ shape }, i) => {
    const batchAxis = shape.findIndex((size, axis) => wider[i].shape[axis] !== size);
    return [names[i], { [batchAxis]: "batch" }] as const;
  });
  return exportOnnx(model, [example(1), states], {
    inputNames: ["ids", ...names],
    outputNames: ["logits", ...names.map((name) => `${name}.next`)],
    dynamicAxes: { ids: { 0: "batch", 1: "seq" }, ...Object.fromEntries(axes) },
    metadata: {
      task: "text",
      config,
      tokenizer: tokenizer.toJSON(),
      states: Object.fromEntries(states.map(({ shape }, i) => [names[i], shape])),
    },
  });
}
