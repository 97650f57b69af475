/**
 * @file forward → loss → backward → step: cases and a configuration become a model.
 */

import {
  fit,
  manualSeed,
  nn,
  optim,
  randn,
  taskRun,
  warmupCosine,
  type FitResult,
  type TaskRunOptions,
  type Tensor,
} from "unrolled";
import type { SensorConfig } from "./config.ts";
import { sensorBatches, type SensorBatch, type SensorData } from "./data.ts";
import { meanLoss } from "./evaluate.ts";
import { SensorModel } from "./model.ts";

export type SensorRunOptions = TaskRunOptions;

export interface SensorResult {
  model: SensorModel;
  fit: FitResult;
}

/**
 * Trains a model on `data`. The same seed, configuration and number of steps give the same weights,
 * bit for bit.
 */
export async function trainSensors(
  data: SensorData,
  config: SensorConfig,
  run: SensorRunOptions,
): Promise<SensorResult> {
  manualSeed(config.seed);
  const model = new SensorModel(config, data.scheme);
  const { lr, weightDecay, clipNorm, warmupSteps } = config;
  const validates = data.validation.length > 0;

  const result = await fit({
    ...taskRun(run),
    model,
    optimizer: new optim.AdamW(model.parameters(), { lr, weightDecay }),
    batches: sensorBatches(data, config),
    loss: (batch) => sensorLoss(model, batch),
    schedule: warmupCosine({ warmupSteps }),
    clipNorm,
    validate: validates ? () => meanLoss(model, data.validation) : undefined,
    patience: validates ? run.patience : undefined,
    itemsIn: ({ lengths }) => lengths.length,
  });
  model.eval();
  return { model, fit: result };
}

/** With noise in training mode; without, and without smoothing, in evaluation mode. */
export function sensorLoss(model: SensorModel, { values, lengths, answers }: SensorBatch): Tensor {
  const { noise, labelSmoothing } = model.config;
  const noisy = model.training && noise > 0 ? values.add(randn(values.shape).mul(noise)) : values;
  const predicted = model.forward(noisy, lengths);
  if (!model.scheme.classes) return nn.mseLoss(predicted.squeeze(-1), answers);
  return nn.crossEntropy(predicted, answers, {
    labelSmoothing: model.training ? labelSmoothing : 0,
  });
}
