/**
 * @file A whole forecaster: the anchor, the linear part, and the networks on top of it.
 *
 *   location(h) = anchor(h) + linear(h) + error(h) · weight · mean over networks of μ(h)
 *   spread(h)   = error(h) · σ(h)
 *
 * all on the scale of the series and behind its curve. Both linear part and networks are plain layers.
 */

import { nn, noGrad, tensor } from "unrolled";
import type { Channel } from "./channels.ts";
import type { ForecastConfig } from "./config.ts";
import { averaged, numParams, spreadOf } from "./distribution.ts";
import { numLinearInputs, writeLinearInputs } from "./linear.ts";
import { ForecastNetwork } from "./model.ts";
import type { Recipe } from "./recipe.ts";
import { anchorAt } from "./transforms.ts";
import {
  futureInputs,
  numFutureInputs,
  numStepInputs,
  stepInputs,
  type WindowSizes,
} from "./windows.ts";

/** A place in a series from which to forecast. */
export interface Origin {
  /** Up to the origin at least, with the times and known covariates of the steps to forecast. */
  channel: Channel;
  origin: number;
}

/** A forecast on the channel's scale, before calibration. */
export interface Located {
  /** [horizon] */
  location: Float64Array;
  /** [horizon] */
  spread: Float64Array;
  /** The network's own share of the location: its mean, in units of the linear part's error. */
  correction: Float64Array;
  /** For the distribution of quantiles: what is added to each, in units of the spread [horizon][levels]. */
  shape: Float32Array | null;
}

/** Origins that are forecast at once: more take memory and save no time. */
const TOGETHER = 128;

/** The trained parts, and how they are put together. */
export class ForecastModel extends nn.Module {
  readonly config: ForecastConfig;
  readonly recipe: Recipe;
  readonly networks: Networks;
  /** One for each target, in the recipe's order. */
  readonly linear: readonly nn.Linear[];

  constructor(config: ForecastConfig, recipe: Recipe) {
    super();
    this.config = config;
    this.recipe = recipe;
    const { horizon, steps, seriesIds, form, targets } = recipe;
    const shape = {
      inputSize: numStepInputs(steps),
      horizon: form === "autoregressive" ? 1 : horizon,
      numParams: numParams(config.distribution),
      numSeries: seriesIds.length,
      futureSize: form === "decoder" ? numFutureInputs(steps) : 0,
    };
    this.networks = new Networks(
      Array.from({ length: config.members }, () => new ForecastNetwork(config, shape)),
    );
    this.linear = Object.values(targets).map(({ inputs }) => {
      const layer = new nn.Linear(Math.max(1, numLinearInputs(inputs)), shape.horizon);
      nn.init.zeros_(layer.weight);
      nn.init.zeros_(layer.bias!);
      return layer;
    });
  }

  /** Steps that one reading forecasts: 1 for the autoregressive form. */
  get stepsAhead(): number {
    return this.recipe.form === "autoregressive" ? 1 : this.recipe.horizon;
  }

  get sizes(): WindowSizes {
    const { window, steps, form } = this.recipe;
    return {
      window,
      horizon: this.stepsAhead,
      width: numStepInputs(steps),
      futureWidth: form === "decoder" ? numFutureInputs(steps) : 0,
    };
  }

  /** What the network calls a series: 0 for one that training has not seen. */
  seriesId(id: string): number {
    return this.recipe.seriesIds.indexOf(id) + 1;
  }

  /** 1 for a target whose level is read, else 0. */
  levelOf(target: string): number {
    return Number(this.recipe.targets[target].inputs.level);
  }

  /** The linear part's forecast, above the anchor [origins][steps ahead]. */
  linearAt(target: string, origins: readonly Origin[]): Float32Array[] {
    const { inputs } = this.recipe.targets[target];
    const layer = this.linear[Object.keys(this.recipe.targets).indexOf(target)];
    const width = layer.weight.shape[1];
    const rows = new Float32Array(origins.length * width);
    origins.forEach(({ channel, origin }, i) => {
      writeLinearInputs(channel, origin, inputs, rows, i * width);
    });
    const output = noGrad(() => layer.forward(tensor(rows, { shape: [origins.length, width] })));
    return chunked(output.data as Float32Array, this.stepsAhead);
  }

  /** Forecasts of so many steps as one reading gives, each from its own past alone. */
  locate(origins: readonly Origin[]): Located[] {
    const all: Located[] = new Array<Located>(origins.length);
    for (const target of Object.keys(this.recipe.targets)) {
      const own = origins.flatMap((it, i) => (it.channel.target === target ? [i] : []));
      for (let from = 0; from < own.length; from += TOGETHER) {
        const places = own.slice(from, from + TOGETHER);
        const located = this.#locate(
          target,
          places.map((i) => origins[i]),
        );
        places.forEach((place, i) => (all[place] = located[i]));
      }
    }
    return all;
  }

  #locate(target: string, origins: readonly Origin[]): Located[] {
    const { errors, networkWeight, anchor } = this.recipe.targets[target];
    const { distribution } = this.config;
    const horizon = this.stepsAhead;
    const linear = this.linearAt(target, origins);
    const params = this.#params(target, origins);
    const count = numParams(distribution);
    return origins.map(({ channel, origin }, i) => {
      const from = anchorAt(channel.u, origin, horizon, anchor);
      const of = (h: number, param: number) => params[(i * horizon + h) * count + param];
      const correction = Float64Array.from({ length: horizon }, (_, h) => of(h, 0));
      const shape = distribution === "quantiles" ? new Float32Array(horizon * (count - 1)) : null;
      shape?.forEach((_, j) => {
        shape[j] = of(Math.floor(j / (count - 1)), 1 + (j % (count - 1)));
      });
      return {
        location: from.map(
          (value, h) => value + linear[i][h] + errors[h] * networkWeight * correction[h],
        ),
        spread: correction.map((_, h) => errors[h] * spreadOf(distribution, of(h, 1))),
        correction,
        shape,
      };
    });
  }

  /** [origins · steps ahead · numParams] */
  #params(target: string, origins: readonly Origin[]): Float32Array {
    const { steps, form } = this.recipe;
    const { window, width, horizon, futureWidth } = this.sizes;
    const level = this.levelOf(target);
    const past = new Float32Array(origins.length * window * width);
    const future = new Float32Array(origins.length * horizon * futureWidth);
    const seriesIds = new Int32Array(origins.length);
    origins.forEach(({ channel, origin }, i) => {
      past.set(stepInputs(channel, origin - window, origin, steps, level), i * window * width);
      seriesIds[i] = this.seriesId(channel.id);
      if (form !== "decoder") return;
      future.set(futureInputs(channel, origin, horizon, steps), i * horizon * futureWidth);
    });
    const wasTraining = this.training;
    this.eval();
    const params = noGrad(() =>
      this.networks.forward(
        tensor(past, { shape: [origins.length, window, width] }),
        [window - 1],
        form === "decoder"
          ? tensor(future, { shape: [origins.length, horizon, futureWidth] })
          : null,
        tensor(seriesIds),
      ),
    );
    this.train(wasTraining);
    return params.data as Float32Array;
  }
}

/** Networks side by side: trained at once, averaged. */
export class Networks extends nn.Module {
  readonly members: readonly ForecastNetwork[];

  constructor(members: readonly ForecastNetwork[]) {
    super();
    this.members = members;
  }

  /** Makes the networks say what they said before training: nothing. */
  silence(): void {
    for (const { head } of this.members) for (const part of head.parameters()) nn.init.zeros_(part);
  }

  /** The mean of what the networks say, see {@link ForecastNetwork.forward}. */
  forward(...inputs: Parameters<ForecastNetwork["forward"]>) {
    return averaged(this.members.map((network) => network.forward(...inputs)));
  }
}

function chunked(values: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: values.length / size }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
}
