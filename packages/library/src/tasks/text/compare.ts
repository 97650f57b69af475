/**
 * @file A text as a task to compare cells on: the same characters, read by one cell after another.
 */

import type { BatchSource, CellName, ComparableTask } from "unrolled";
import type { TextBaseline } from "./baselines.ts";
import { textConfig, type TextConfig } from "./config.ts";
import { countCharacters } from "./count-characters.ts";
import { textBatches, type TextBatch, type TextData } from "./data.ts";
import { evaluateText } from "./evaluate.ts";
import { TextModel } from "./model.ts";
import { textLoss } from "./train.ts";

/**
 * Smaller than what `train` makes, so that some forty trainings take minutes: the demo's sizes, and why
 * they are so, stand in the command line's demo-text.ts.
 */
const COMPARED = {
  embeddingDim: 32,
  hiddenSize: 128,
  batchSize: 16,
  // Without what would need tuning for each cell.
  stateReset: 0.03,
  dropout: 0,
  beta2: 0.999,
};

/** Of the training text, from its end: what learning rates are chosen on. */
const TUNING_SHARE = 0.1;

/**
 * Language models of `data` to compare. The score is nats per character on the held-out end, by the
 * weights at the end of training.
 *
 * @param baselines what counting alone reaches, from `textBaselines`
 * @param changes of the configuration; `cell`, `hiddenSize` and `lr` come from the comparison
 */
export function textComparison(
  data: TextData,
  baselines: readonly TextBaseline[] = [],
  changes: Partial<TextConfig> = {},
): ComparableTask<TextBatch, TextModel> {
  const config = textConfig({ ...COMPARED, ...changes, stretch: 0 });
  const { clipNorm, warmupSteps, weightDecay, hiddenSize } = config;
  return {
    name: "text",
    score: { name: "nats/char", better: "lower" },
    baselines: baselines.map(({ name, natsPerCharacter }) => ({ name, score: natsPerCharacter })),
    training: {
      hiddenSize,
      steps: 2000,
      lrs: [1.5e-3, 3e-3, 6e-3],
      clipNorm,
      warmupSteps,
      weightDecay,
    },
    items: "tokens",
    createModel: (cell: CellName, size: number) =>
      new TextModel({ ...config, cell, hiddenSize: size }, data.tokenizer),
    batches: (seed) => from(textBatches(data.trainIds, config), seed),
    loss: textLoss,
    evaluate: (model) => ({
      score: evaluateText(model, data.validationIds, data.validationCharacters).natsPerCharacter,
    }),
    itemsIn: ({ ids }) => ids.size,
    input: ({ ids }) => ids,
    forTuning: () => textComparison(tuningPart(data), [], config),
  };
}

/** Text comes in its own order; a seed decides where a run begins to read it. */
function from(batches: BatchSource<TextBatch>, seed: number): BatchSource<TextBatch> {
  batches.setPosition((seed * 7919) % batches.batchesPerEpoch);
  return batches;
}

/** The training part alone, its end held out: nothing of what is reported is seen. */
function tuningPart(data: TextData): TextData {
  const { tokenizer, trainIds, validationIds } = data;
  const held = Math.max(
    2,
    Math.min(validationIds.length, Math.floor(trainIds.length * TUNING_SHARE)),
  );
  const at = trainIds.length - held;
  const characters = countCharacters(tokenizer.decode(trainIds.subarray(at)));
  return {
    tokenizer,
    trainIds: trainIds.subarray(0, at),
    validationIds: trainIds.subarray(at),
    trainCharacters: data.trainCharacters - characters,
    validationCharacters: characters,
    test: null,
  };
}
