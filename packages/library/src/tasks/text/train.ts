/**
 * @file forward → loss → backward → step: a text and a configuration become a model.
 */

import {
  fit,
  manualSeed,
  nn,
  optim,
  rand,
  taskRun,
  warmupCosine,
  type FitResult,
  type TaskRunOptions,
  type Tensor,
} from "unrolled";
import type { TextConfig } from "./config.ts";
import { measuredPart, textBatches, type TextBatch, type TextData } from "./data.ts";
import { evaluateText, type TextEvaluation } from "./evaluate.ts";
import { TextModel } from "./model.ts";

export type TextRunOptions = TaskRunOptions;

export interface TextResult {
  model: TextModel;
  fit: FitResult;
  /** On the test part, or without one on the validation part, with the best weights. */
  evaluation: TextEvaluation;
}

/**
 * Trains a language model on `data`. The same seed, configuration and number of steps give the
 * same weights, bit for bit.
 */
export async function trainText(
  data: TextData,
  config: TextConfig,
  run: TextRunOptions,
): Promise<TextResult> {
  manualSeed(config.seed);
  const model = new TextModel(config, data.tokenizer);
  const { lr, beta2, weightDecay } = config;
  const measured = measuredPart(data);

  const result = await fit({
    ...taskRun(run),
    model,
    optimizer: new optim.AdamW(model.parameters(), { lr, weightDecay, betas: [0.9, beta2] }),
    batches: textBatches(data.trainIds, config),
    loss: (batch, carried) => textLoss(model, batch, carried),
    schedule: warmupCosine({ warmupSteps: config.warmupSteps }),
    clipNorm: config.clipNorm,
    validate: () => evaluateText(model, data.validationIds, data.validationCharacters).natsPerToken,
    itemsIn: ({ ids }) => ids.size,
  });
  return { model, fit: result, evaluation: evaluateText(model, measured.ids, measured.characters) };
}

/** The loss of one step of truncated backpropagation through time, and the state to carry on. */
export function textLoss(
  model: TextModel,
  { ids, targets, isFresh }: TextBatch,
  carried: Tensor[] | null,
): { loss: Tensor; carried: Tensor[] } {
  const before = isFresh ? null : carried && resetSome(carried, model.config.stateReset);
  const [logits, state] = model.forward(ids, before); // [batch, seq, vocab]
  return { loss: nn.crossEntropy(logits.flatten(0, 1), targets.flatten()), carried: state };
}

/** Sets the state of some streams to zeros, by chance; states are [layers, batch, features]. */
function resetSome(state: Tensor[], probability: number): Tensor[] {
  if (probability === 0) return state;
  const isKept = rand([1, state[0].shape[1], 1]).ge(probability);
  return state.map((part) => part.mul(isKept));
}
