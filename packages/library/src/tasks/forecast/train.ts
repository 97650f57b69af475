/**
 * @file forward → loss → backward → step: series and a configuration become a forecaster.
 */

import {
  fit,
  manualSeed,
  noGrad,
  optim,
  taskRun,
  warmupCosine,
  type Budget,
  type FitResult,
  type TaskRunOptions,
  type Tensor,
} from "unrolled";
import { forecastConfig, type ForecastConfig } from "./config.ts";
import { distributionLoss } from "./distribution.ts";
import { tailOf } from "./error-tail.ts";
import type { ForecastModel, Origin } from "./forecast-model.ts";
import { calibrate, standardQuantiles } from "./intervals.ts";
import { fitLinear, prepare, remaindersAt, type Prepared } from "./prepare.ts";
import { calibratePaths } from "./sample-paths.ts";
import type { SeriesSet } from "./series.ts";
import { RandomWindows, windowBatch, type TrainingChannel, type WindowBatch } from "./windows.ts";

export interface ForecastRunOptions extends Omit<TaskRunOptions, "budget"> {
  /** Steps ahead that will be asked for. */
  horizon: number;
  /** Default: {@link FORECAST_BUDGET}. */
  budget?: Budget;
  /** Stop after this many validations without a better one. Default: 5. */
  patience?: number;
}

export interface ForecastTraining {
  model: ForecastModel;
  fit: FitResult;
}

/** Enough for the series of the README; patience mostly ends it sooner. */
export const FORECAST_BUDGET: Budget = { steps: 600 };
const VALIDATIONS = 20;
const PATIENCE = 5;
/** Nats that networks have to gain on the validation part, all in all, or they are not used. */
const LEAST_GAIN = 2;

/**
 * Trains a forecaster on `set`. The same seed, configuration and number of steps give the same
 * weights, bit for bit.
 *
 * The last part of the training part (`validation` of it) chooses curve, anchor and lags, when to stop,
 * and how far the network is to be believed, and calibrates the intervals. Then the linear part is
 * fitted again, on everything.
 */
export async function trainForecast(
  set: SeriesSet,
  changes: Partial<ForecastConfig>,
  options: ForecastRunOptions,
): Promise<ForecastTraining> {
  const config = forecastConfig(changes);
  const { horizon, budget = FORECAST_BUDGET, patience = PATIENCE } = options;
  manualSeed(config.seed);
  const prepared = prepare(set, horizon, config);
  const { model } = prepared;
  const { lr, weightDecay, batchSize, originsPerWindow, seed } = config;
  const lossOf = (batch: WindowBatch) => networkLoss(model, batch);
  const held = validationBatches(prepared);
  const silent = meanLoss(held, lossOf);

  const result = await fit({
    ...taskRun({ ...options, budget, patience }),
    model: model.networks,
    optimizer: new optim.AdamW(model.networks.parameters(), { lr, weightDecay }),
    batches: new RandomWindows(prepared.training, {
      ...model.sizes,
      batchSize,
      originsPerWindow,
      seed,
    }),
    loss: lossOf,
    schedule: warmupCosine({ warmupSteps: config.warmupSteps }),
    clipNorm: config.clipNorm,
    validate: () => meanLoss(held, lossOf),
    validations: VALIDATIONS,
    itemsIn: ({ targets }) => targets.shape[0],
  });
  const independent = validatedRows(prepared) / model.stepsAhead;
  const gain = silent - (result.bestLoss ?? silent);
  if (!(gain * independent > LEAST_GAIN)) model.networks.silence();
  weighNetworks(model, prepared.validation);
  calibrateIntervals(model, prepared.validation);
  if (model.recipe.form === "autoregressive") calibratePaths(model, prepared.channels);
  fitLinear(model, prepared.channels, ({ to }) => to);
  model.eval();
  return { model, fit: result };
}

/** The mean loss of the networks: each is trained as if it were alone. */
export function networkLoss(model: ForecastModel, batch: WindowBatch): Tensor {
  const { past, places, future, seriesIds, targets, mask } = batch;
  const { distribution } = model.config;
  const { members } = model.networks;
  const losses = members.map((network) => {
    const params = network.forward(past, places, future, seriesIds);
    return distributionLoss(distribution, params, targets, mask, model.recipe.df);
  });
  return losses.reduce((sum, loss) => sum.add(loss)).div(members.length);
}

/** Rows of the validation part, over all channels. */
function validatedRows({ channels }: Prepared): number {
  return channels.reduce((sum, { from, validFrom, to }) => sum + to - Math.max(from, validFrom), 0);
}

function validationBatches({ model, training, channels, validation }: Prepared): WindowBatch[] {
  const byChannel = new Map(channels.map(({ channel }, i) => [channel, training[i]]));
  const ends = validation.map(({ channel, origin }): [TrainingChannel, number] => {
    // Here every origin that has a remainder may be forecast, also those of the validation part.
    return [{ ...byChannel.get(channel)!, to: Infinity }, origin];
  });
  const batches: WindowBatch[] = [];
  for (let from = 0; from < ends.length; from += 128) {
    const { window } = model.sizes;
    batches.push(windowBatch(ends.slice(from, from + 128), [window - 1], model.sizes));
  }
  return batches;
}

function meanLoss(batches: readonly WindowBatch[], lossOf: (batch: WindowBatch) => Tensor): number {
  return noGrad(() => {
    let sum = 0;
    let count = 0;
    for (const batch of batches) {
      const n = batch.mask.sum().item();
      sum += n * lossOf(batch).item();
      count += n;
    }
    return count > 0 ? sum / count : 0;
  });
}

/**
 * How much of its network's mean each target takes: what makes the squared error of the validation
 * part least, less what of it chance would explain, between 0 and 1.
 *
 *   w = Σ r·c / Σ c²,    weight = w · max(0, 1 − variance(w)/w²)
 *
 * with r what the linear part leaves over and c what the network makes of it. Forecasts of several
 * steps overlap, so that many errors count as one. The factor is the positive part of James and
 * Stein's (1961).
 */
function weighNetworks(model: ForecastModel, validation: readonly Origin[]): void {
  for (const [target, recipe] of Object.entries(model.recipe.targets)) {
    const origins = validation.filter(({ channel }) => channel.target === target);
    const located = model.locate(origins);
    let product = 0;
    let square = 0;
    let left = 0;
    let count = 0;
    remaindersAt(model, target, origins).forEach((remainder, i) => {
      remainder.forEach((value, h) => {
        if (Number.isNaN(value)) return;
        const r = value / recipe.errors[h];
        const c = located[i].correction[h];
        product += r * c;
        square += c * c;
        left += r * r;
        count++;
      });
    });
    const w = square > 0 ? product / square : 0;
    const variance = ((left - w * product) / (count * square)) * model.stepsAhead;
    recipe.networkWeight = w > 0 ? Math.min(1, w * Math.max(0, 1 - variance / w ** 2)) : 0;
  }
}

function calibrateIntervals(model: ForecastModel, validation: readonly Origin[]): void {
  const { recipe, config } = model;
  const standard = standardQuantiles(config.distribution, recipe.df);
  for (const [target, own] of Object.entries(recipe.targets)) {
    const origins = validation.filter(({ channel }) => channel.target === target);
    const errors = model.locate(origins).map(({ location, spread, shape }, i) => {
      const { channel, origin } = origins[i];
      const z = location.map((value, h) => {
        const row = origin + h;
        return channel.missing[row] ? NaN : (channel.u[row] - value) / spread[h];
      });
      return { z, shape };
    });
    own.tail = tailOf(
      errors.map(({ z }) => z),
      model.stepsAhead,
    );
    own.offsets = calibrate(errors, model.stepsAhead, standard);
  }
}
