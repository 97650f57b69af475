/**
 * @file Paths into the future: each step is drawn from its forecast, and read as if it had happened.
 *
 *   u(t) ~ location(past) + spread(past) · noise,      then the past has u(t) in it
 *
 * Source: Salinas et al. 2020, "DeepAR: probabilistic forecasting with autoregressive recurrent
 * networks", section 3.2 (ancestral sampling).
 */

import { noGrad, RandomGenerator, tensor, type Tensor } from "unrolled";
import type { Channel } from "./channels.ts";
import { averaged, drawStandard, numParams, spreadOf } from "./distribution.ts";
import type { ForecastModel, Located, Origin } from "./forecast-model.ts";
import { QUANTILE_LEVELS } from "./forecaster.ts";
import { calibrate, quantileOf, standardQuantiles, type PastError } from "./intervals.ts";
import { validationOrigins, type PreparedChannel } from "./prepare.ts";
import { rowsNeeded } from "./recipe.ts";
import { anchorAt } from "./transforms.ts";
import { numStepInputs, stepInputs } from "./windows.ts";

/** Origins at which the paths of a model are compared with what came, and paths from each at most. */
const CALIBRATED = 60;
const CALIBRATION_PATHS = 200;

export interface Paths {
  /** Each [horizon], on the channel's scale. */
  paths: Float64Array[];
  /** Their mean, spread and quantiles. */
  located: Located;
}

/**
 * Draws paths of `horizon` steps. The network reads the past once; then each path carries its own
 * state.
 */
export function samplePaths(
  model: ForecastModel,
  at: Origin,
  horizon: number,
  numPaths = model.config.samples,
): Paths {
  const { config, recipe } = model;
  const { target } = at.channel;
  const { steps, window } = recipe;
  const level = model.levelOf(target);
  const width = numStepInputs(steps);
  const generator = new RandomGenerator(config.seed);
  const paths = Array.from({ length: numPaths }, () => new Float64Array(horizon));

  model.eval();
  // Every path begins with the same past, and has a copy of as much of it as a step can need.
  const keep = Math.min(at.origin, rowsNeeded(recipe));
  const copies = paths.map(() => copyOf(at.channel, at.origin - keep, at.origin, horizon));
  const { networks } = model;
  const past = stepInputs(at.channel, at.origin - window, at.origin, steps, level);
  const seriesId = model.seriesId(at.channel.id);
  const ids = tensor(new Int32Array(numPaths).fill(seriesId));
  let params: Tensor;
  let states: Tensor[][];
  noGrad(() => {
    const read = networks.members.map((network) =>
      network.read(tensor(past, { shape: [1, window, width] }), tensor(Int32Array.of(seriesId))),
    );
    states = read.map(([, state]) => state.map((part) => part.expand(part.shape[0], numPaths, -1)));
    params = averaged(
      networks.members.map((network, i) => network.head.forward(read[i][0].select(1, -1))),
    ).expand(numPaths, -1);
  });
  for (let h = 0; h < horizon; h++) {
    const origin = keep + h;
    drawStep(model, copies, origin, params!, generator);
    copies.forEach(({ u }, p) => (paths[p][h] = u[origin]));
    if (h === horizon - 1) break;
    const rows = new Float32Array(numPaths * width);
    copies.forEach((channel, p) => {
      rows.set(stepInputs(channel, origin, origin + 1, steps, level), p * width);
    });
    noGrad(() => {
      const input = tensor(rows, { shape: [numPaths, 1, width] });
      const read = networks.members.map((network, i) => network.read(input, ids, states[i]));
      states = read.map(([, state]) => state);
      params = averaged(
        networks.members.map((network, i) => network.head.forward(read[i][0].select(1, -1))),
      );
    });
  }
  return {
    paths,
    located: summarized(paths, horizon, standardQuantiles(config.distribution, recipe.df)),
  };
}

/** Draws row `origin` of every copy, from the linear part, the network and noise. */
function drawStep(
  model: ForecastModel,
  copies: readonly Channel[],
  origin: number,
  params: Tensor,
  generator: RandomGenerator,
): void {
  const { config, recipe } = model;
  const { distribution } = config;
  const { anchor, errors, networkWeight } = recipe.targets[copies[0].target];
  const linear = model.linearAt(
    copies[0].target,
    copies.map((channel) => ({ channel, origin })),
  );
  const count = numParams(distribution);
  const said = params.data;
  copies.forEach((channel, p) => {
    const [from] = anchorAt(channel.u, origin, 1, anchor);
    const location = from + linear[p][0] + errors[0] * networkWeight * said[p * count];
    const spread = errors[0] * spreadOf(distribution, said[p * count + 1]);
    channel.u[origin] = location + spread * drawStandard(distribution, recipe.df, generator);
  });
}

/** Rows `from` … `to` − 1, with room for `horizon` more that are still to be drawn. */
function copyOf(channel: Channel, from: number, to: number, horizon: number): Channel {
  const u = new Float64Array(to - from + horizon);
  u.set(channel.u.subarray(from, to));
  const missing = new Uint8Array(u.length);
  missing.set(channel.missing.subarray(from, to));
  return {
    ...channel,
    u,
    missing,
    calendar: channel.calendar.map((column) => column.subarray(from)),
    covariates: channel.covariates.map((column) => {
      // What is only observed stays as it was last.
      const long = new Float64Array(u.length + 1).fill(column[Math.min(to, column.length) - 1]);
      long.set(column.subarray(from, from + long.length));
      return long;
    }),
  };
}

function summarized(
  paths: readonly Float64Array[],
  horizon: number,
  standard: readonly number[],
): Located {
  const location = new Float64Array(horizon);
  const spread = new Float64Array(horizon);
  const shape = new Float32Array(horizon * QUANTILE_LEVELS.length);
  for (let h = 0; h < horizon; h++) {
    const values = Float64Array.from(paths, (path) => path[h]).sort();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    location[h] = mean;
    spread[h] = Math.max(1e-9, Math.sqrt(variance));
    QUANTILE_LEVELS.forEach((p, level) => {
      const z = (quantileOf(values, p) - mean) / spread[h];
      shape[h * QUANTILE_LEVELS.length + level] = z - standard[level];
    });
  }
  return { location, spread, shape, correction: new Float64Array(horizon) };
}

/** Calibrates the intervals of an autoregressive model by paths from the validation part. */
export function calibratePaths(model: ForecastModel, channels: readonly PreparedChannel[]): void {
  const { recipe, config } = model;
  const { horizon } = recipe;
  const standard = standardQuantiles(config.distribution, recipe.df);
  const numPaths = Math.min(config.samples, CALIBRATION_PATHS);
  for (const [target, own] of Object.entries(recipe.targets)) {
    const ofTarget = channels.filter(({ channel }) => channel.target === target);
    const errors = validationOrigins(ofTarget, horizon, CALIBRATED).map((at): PastError => {
      const { location, spread, shape } = samplePaths(model, at, horizon, numPaths).located;
      const z = location.map((value, h) => {
        const row = at.origin + h;
        return at.channel.missing[row] ? NaN : (at.channel.u[row] - value) / spread[h];
      });
      return { z, shape };
    });
    own.offsets = calibrate(errors, horizon, standard);
  }
}
