/**
 * @file A training part becomes a model that has everything but trained networks: channels, what is
 * chosen for each target, the linear part, and what is to be learned.
 */

import { ArgumentError } from "unrolled";
import {
  calendarFor,
  channelOf,
  covariateScales,
  type Channel,
  type Readable,
} from "./channels.ts";
import { betterCurve, chooseForCurve, columnsOf, type Choice, type Fold } from "./choose.ts";
import type { ForecastConfig } from "./config.ts";
import { tailOf } from "./error-tail.ts";
import { ForecastModel, type Origin } from "./forecast-model.ts";
import {
  gatherRidge,
  originsOf,
  writeRemainder,
  type LinearInputs,
  type Stretch,
} from "./linear.ts";
import type { Recipe, TargetRecipe } from "./recipe.ts";
import { detectSeason } from "./season.ts";
import type { SeriesSet } from "./series.ts";
import { possibleCurves, type Anchor, type CurveName } from "./transforms.ts";
import { futureInputs, stepInputs, type TrainingChannel } from "./windows.ts";

/** One channel, with the rows where its parts begin and end. */
export interface PreparedChannel {
  channel: Channel;
  /** The first origin with enough of a past. */
  from: number;
  /** The first row of the validation part. */
  validFrom: number;
  to: number;
}

export interface Prepared {
  model: ForecastModel;
  channels: PreparedChannel[];
  /** What networks are trained on. */
  training: TrainingChannel[];
  /** Origins whose forecasts lie in the validation part, evenly spread. */
  validation: Origin[];
}

/** Lags tried: parts and multiples of a season. Without a season, those that follow the frequency. */
const LADDERS: Record<string, readonly number[]> = {
  hour: [6, 25, 49, 97, 169],
  day: [8, 15, 29, 57, 113],
  "business-day": [6, 21, 61, 121],
  week: [5, 14, 27, 53, 105],
  month: [7, 13, 25, 49, 133],
  quarter: [5, 9, 17, 33],
};
const OTHER_LADDER = [3, 6, 13, 25, 49, 97];
const MOST_LAGS = 180;
/** Shorter series are divided into this many blocks, each of which is forecast once by the others. */
const SHORT = 300;
const BLOCKS = 5;
const MOST_KNOWN_INPUTS = 64;
const MOST_ROWS = 10_000;
/** Origins at which the linear part's errors are measured. */
const MOST_MEASURED = 2000;
/** Origins that networks are validated and intervals calibrated on. */
const MOST_VALIDATED = 600;

export function prepare(set: SeriesSet, horizon: number, config: ForecastConfig): Prepared {
  const { frequency, targets, knownCovariates: known, observedCovariates: observed } = set;
  const longest = Math.max(...set.series.map(({ times }) => times.length));
  const validRows = (length: number) =>
    Math.min(Math.floor(length / 2), Math.max(Math.round(config.validation * length), horizon));
  checkLongEnough(longest, horizon);

  const form = config.form === "auto" ? (known.length > 0 ? "decoder" : "direct") : config.form;
  const stepsAhead = form === "autoregressive" ? 1 : horizon;
  const found = detectSeason(set);
  const season = found > 1 && found * 3 <= longest && found <= MOST_LAGS ? found : 0;
  const times = set.series.reduce((a, b) => (a.times.length >= b.times.length ? a : b)).times;
  const calendar = calendarFor(frequency, times);
  const fitRows = longest - validRows(longest);
  const lags = ladder(frequency.unit, season, fitRows);
  const covariates = covariateScales(set.series, known, observed);
  const anchors: Anchor[] = [{ season: 0, drift: false }];
  if (season > 0) anchors.push({ season, drift: false }, { season, drift: true });
  const inputs: LinearInputs = {
    lags: lags[lags.length - 1],
    level: true,
    calendar: calendar.length,
    known: known.length,
    knownSteps: known.length * stepsAhead <= MOST_KNOWN_INPUTS ? stepsAhead : 1,
    covariates: covariates.length,
  };

  const hasBlocks = longest < SHORT && longest >= 2 * BLOCKS * stepsAhead + 2 * season;
  const channels: PreparedChannel[] = [];
  const recipes: Record<string, TargetRecipe> = {};
  for (const target of targets) {
    const columns = set.series.map((series) => series.columns[target]);
    checkObserved(columns, target);
    const curves = config.curve === "auto" ? possibleCurves(columns) : [config.curve];
    let best: { choice: Choice; own: PreparedChannel[] } | null = null;
    for (const curve of curves) {
      const own = channelsOf(
        set,
        target,
        curve,
        { frequency, calendar, covariates },
        anchors,
        validRows,
        stepsAhead,
      );
      const choice = chooseForCurve(
        curve,
        hasBlocks ? blockFolds(own, BLOCKS) : [lastFold(own)],
        stepsAhead,
        { anchors, lags, inputs, linear: config.linear },
      );
      if (!best || betterCurve(best.choice, choice) === choice) best = { choice, own };
    }
    const { choice, own } = best!;
    channels.push(...own);
    recipes[target] = {
      curve: choice.curve,
      anchor: choice.anchor,
      inputs: choice.inputs,
      penalty: Number.isFinite(choice.penalty) ? choice.penalty : null,
      errors: [],
      networkWeight: 1,
      offsets: [],
      tail: tailOf([], stepsAhead),
      scales: Object.fromEntries(own.map(({ channel }) => [channel.id, channel.scale])),
    };
  }

  const recipe: Recipe = {
    horizon,
    form,
    window: config.window === "auto" ? windowFor(lags, season, fitRows) : config.window,
    frequency,
    steps: {
      season,
      calendar: calendar.length,
      known: known.length,
      covariates: covariates.length,
      marksMissing: channels.some(({ channel }) => channel.missing.includes(1)),
    },
    covariates,
    calendar,
    targets: recipes,
    seriesIds: config.seriesEmbedding > 0 ? set.series.map(({ id }) => id) : [],
    df: 5,
  };
  const model = new ForecastModel(config, recipe);
  fitLinear(model, channels, (it) => it.validFrom);
  for (const target of targets) measureErrors(model, target, channels);
  return {
    model,
    channels,
    training: channels.map((it) => trainingChannel(model, it)),
    validation: validationOrigins(channels, stepsAhead),
  };
}

/** Fitted on the rows before the validation part, judged there. */
function lastFold(channels: readonly PreparedChannel[]): Fold {
  return {
    fitted: channels.map(({ channel, from, validFrom }) => ({ channel, from, to: validFrom })),
    validated: channels.map(({ channel, from, validFrom, to }) => {
      return { channel, from: Math.max(from, validFrom), to };
    }),
  };
}

/**
 * Each block of rows judged by a fit on all others: cross-validation, which is sound for an
 * autoregression whose errors are uncorrelated (Bergmeir, Hyndman and Koo 2018), and where little is
 * known makes the most of it.
 */
function blockFolds(channels: readonly PreparedChannel[], blocks: number): Fold[] {
  return Array.from({ length: blocks }, (_, block) => {
    const fold = { fitted: [] as Stretch[], validated: [] as Stretch[] };
    for (const { channel, from, to } of channels) {
      const edge = (i: number) => Math.round(from + (i / blocks) * (to - from));
      const [start, end] = [edge(block), edge(block + 1)];
      fold.validated.push({ channel, from: start, to: end });
      fold.fitted.push({ channel, from, to: start }, { channel, from: end, to });
    }
    return fold;
  });
}

/** Origins of the validation part whose whole forecast lies in it, evenly spread. */
export function validationOrigins(
  channels: readonly PreparedChannel[],
  horizon: number,
  most = MOST_VALIDATED,
): Origin[] {
  const stretches = channels.map(({ channel, from, validFrom, to }) => ({
    channel,
    from: Math.max(from, validFrom),
    to,
  }));
  return Array.from(originsOf(stretches, horizon, most), ([channel, origin]) => ({
    channel,
    origin,
  }));
}

/** The linear part, on the rows before `endOf` of every channel. */
export function fitLinear(
  model: ForecastModel,
  channels: readonly PreparedChannel[],
  endOf: (channel: PreparedChannel) => number,
): void {
  const horizon = model.stepsAhead;
  Object.entries(model.recipe.targets).forEach(([target, { anchor, inputs, penalty }], i) => {
    const own = channels.filter(({ channel }) => channel.target === target);
    const stretches: Stretch[] = own.map((it) => ({
      channel: it.channel,
      from: it.from,
      to: endOf(it),
    }));
    if (penalty === null) return;
    const steps = Array.from({ length: horizon }, (_, h) => h);
    const options = { anchors: [anchor], horizon, steps, most: MOST_ROWS };
    const ridge = gatherRidge(stretches, inputs, options);
    if (ridge.count < 8) return;
    const { weight, bias } = ridge.solve(columnsOf(inputs, inputs), penalty);
    model.linear[i].weight.data.set(weight);
    model.linear[i].bias!.data.set(bias);
  });
}

/**
 * The linear part's errors on the rows that it was fitted on, or if there are none on those of the
 * validation part; never 0, so that they can be divided by.
 */
function measureErrors(
  model: ForecastModel,
  target: string,
  channels: readonly PreparedChannel[],
): void {
  const horizon = model.stepsAhead;
  const own = channels.filter(({ channel }) => channel.target === target);
  const originsBefore = (endOf: (it: PreparedChannel) => number) => {
    const stretches = own.map((it) => ({ channel: it.channel, from: it.from, to: endOf(it) }));
    return Array.from(originsOf(stretches, horizon, MOST_MEASURED), ([channel, origin]) => ({
      channel,
      origin,
    }));
  };
  let origins = originsBefore(({ validFrom }) => validFrom);
  if (origins.length === 0) origins = originsBefore(({ to }) => to);
  const remainders = remaindersAt(model, target, origins);
  model.recipe.targets[target].errors = Array.from({ length: horizon }, (_, h) => {
    const known = remainders.map((it) => it[h]).filter((value) => !Number.isNaN(value));
    const square = known.reduce((sum, value) => sum + value * value, 0) / Math.max(1, known.length);
    return Math.max(1e-6, Math.sqrt(square));
  });
}

/** What the linear part leaves over at each origin [horizon]; NaN where a value is missing. */
export function remaindersAt(
  model: ForecastModel,
  target: string,
  origins: readonly Origin[],
): Float64Array[] {
  const horizon = model.stepsAhead;
  const { anchor } = model.recipe.targets[target];
  const linear = model.linearAt(target, origins);
  return origins.map(({ channel, origin }, i) => {
    const remainder = new Float64Array(horizon);
    writeRemainder(channel, origin, horizon, anchor, remainder);
    return remainder.map((value, h) => value - linear[i][h]);
  });
}

function trainingChannel(model: ForecastModel, it: PreparedChannel): TrainingChannel {
  const { channel, from, validFrom, to } = it;
  const { steps, form, targets } = model.recipe;
  const horizon = model.stepsAhead;
  const { errors } = targets[channel.target];
  const remainders = new Float32Array((to + 1) * horizon).fill(NaN);
  const origins: Origin[] = [];
  for (let origin = from; origin + horizon <= to; origin++) origins.push({ channel, origin });
  remaindersAt(model, channel.target, origins).forEach((remainder, i) => {
    const at = origins[i].origin * horizon;
    remainder.forEach((value, h) => (remainders[at + h] = value / errors[h]));
  });
  return {
    steps: stepInputs(channel, 0, to, steps, model.levelOf(channel.target)),
    remainders,
    future: form === "decoder" ? (origin) => futureInputs(channel, origin, horizon, steps) : null,
    seriesId: model.seriesId(channel.id),
    from,
    // One origin at least, even where its steps reach into the validation part.
    to: Math.max(validFrom - horizon, Math.min(from, to - horizon)),
  };
}

function channelsOf(
  set: SeriesSet,
  target: string,
  curve: CurveName,
  readable: Readable,
  anchors: readonly Anchor[],
  validRows: (length: number) => number,
  horizon: number,
): PreparedChannel[] {
  const reach = Math.max(...anchors.map(({ season }) => season + 1));
  return set.series
    .filter(({ columns }) => columns[target].some((value) => !Number.isNaN(value)))
    .map((series) => {
      const length = series.times.length;
      const channel = channelOf(series, readable, { target, curve });
      const validFrom = length - validRows(length);
      const past = Math.min(reach + 1, Math.max(2, Math.floor(validFrom / 2)));
      const from = Math.max(1, Math.min(Math.max(reach, past), length - horizon));
      return { channel, from, validFrom, to: length };
    });
}

function ladder(unit: string, season: number, rows: number): number[] {
  const base = LADDERS[unit] ?? OTHER_LADDER;
  const ofSeason = season > 1 ? [season + 1, 2 * season + 1, 4 * season + 1] : [];
  const most = Math.max(2, Math.min(MOST_LAGS, Math.floor(rows / 4)));
  const lags = [...new Set([...base, ...ofSeason])].filter((count) => count <= most);
  return lags.length > 0 ? lags.sort((a, b) => a - b) : [Math.min(3, most)];
}

/** Two seasons and the longest lags, but windows enough have to fit into the training part. */
function windowFor(lags: readonly number[], season: number, rows: number): number {
  const wanted = Math.min(168, Math.max(24, 2 * season, lags[lags.length - 1]));
  return Math.max(2, Math.min(wanted, Math.floor(rows / 3)));
}

function checkLongEnough(longest: number, horizon: number): void {
  const needed = 8 + 2 * horizon;
  if (longest >= needed) return;
  throw new ArgumentError(
    `forecast: expected at least ${needed} steps to train on because the horizon is ${horizon}, got ${longest}. ` +
      "Ask for fewer steps ahead, or give a longer series.",
  );
}

function checkObserved(columns: readonly Float64Array[], target: string): void {
  const observed = columns.reduce(
    (sum, column) => sum + column.reduce((n, value) => n + Number(!Number.isNaN(value)), 0),
    0,
  );
  if (observed >= 2) return;
  throw new ArgumentError(
    `forecast: expected values of ${target} to train on, got ${observed}: all others are missing.`,
  );
}
