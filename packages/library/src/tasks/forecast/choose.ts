/**
 * @file What is chosen for a target before any network is trained, by how well the linear part then
 * forecasts the validation part: the curve, the anchor, whether there is a mean to return to, how
 * many past values count, and how strong the penalty is.
 */

import type { Channel } from "./channels.ts";
import { anchorAt, CURVES, type Anchor, type CurveName } from "./transforms.ts";
import {
  gatherRidge,
  numLinearInputs,
  originsOf,
  writeLinearInputs,
  writeRemainder,
  type LinearInputs,
  type Stretch,
} from "./linear.ts";

export interface Choice {
  curve: CurveName;
  anchor: Anchor;
  inputs: LinearInputs;
  /** Of the ridge regression; Infinity leaves the anchor alone. */
  penalty: number;
  /** Mean squared error on the validation part, in units of the series' variance. */
  score: number;
  /** Mean negative log-likelihood of what the best anchor leaves over: what curves are compared by. */
  nll: number;
}

const PENALTIES = [1e-3, 1e-2, 1e-1, 1];
/** Rows that a regression is fitted on, and origins that choose between them. */
const MOST_ROWS = 10_000;
const MOST_ORIGINS = 500;
const LEAST_ROWS = 8;
/** A likelier curve may have this much more squared error. */
const WORSE = 1.05;
/** Nats for each value. */
const LOG_BONUS = 0.1;
/** Steps of the horizon that choices are made by. */
const MOST_STEPS = 12;

/** What is fitted, and what is then forecast to judge by. */
export interface Fold {
  fitted: readonly Stretch[];
  validated: readonly Stretch[];
}

export interface Candidates {
  anchors: readonly Anchor[];
  lags: readonly number[];
  /** All that may be read: the longest lags, with the level. */
  inputs: LinearInputs;
  /** `false`: the anchor alone. */
  linear: boolean;
}

/** The best choice for one curve. The channels are on that curve. */
export function chooseForCurve(
  curve: CurveName,
  folds: readonly Fold[],
  horizon: number,
  { anchors, lags, inputs, linear }: Candidates,
): Choice {
  const steps = spread(horizon, MOST_STEPS);
  const options = { anchors, horizon, steps, most: MOST_ROWS };
  const ridges = folds.map(({ fitted }) => gatherRidge(fitted, inputs, options));
  const cases = folds.flatMap(({ validated }, fold) =>
    validationCases(validated, fold, horizon, steps, inputs, anchors),
  );
  const fewest = Math.min(...ridges.map(({ count }) => count));

  const parts = [...folds[0].fitted, ...folds[0].validated];
  const nll = Math.min(...anchors.map((anchor) => anchorNll(parts, horizon, steps, anchor, curve)));
  const rated = (choice: Omit<Choice, "score" | "nll" | "curve">, predict: Predict): Rated => {
    const { score, losses } = rate(
      cases,
      anchors.indexOf(choice.anchor),
      steps.length,
      curve,
      predict,
    );
    return { choice: { curve, ...choice, score, nll }, losses };
  };
  const none = { ...inputs, lags: 1, level: false };
  let best = anchors
    .map((anchor) => rated({ anchor, inputs: none, penalty: Infinity }, () => 0))
    .reduce(better);
  const plain = best;
  for (const count of linear && fewest >= LEAST_ROWS ? lags : []) {
    for (const own of variantsOf(inputs, count)) {
      const columns = columnsOf(inputs, own);
      if (columns.length > fewest / 2) continue;
      for (const penalty of PENALTIES) {
        const solutions = ridges.map((ridge) => ridge.solve(columns, penalty));
        anchors.forEach((anchor, a) => {
          const predict: Predict = ({ x, fold }, k) => {
            const { weight, bias } = solutions[fold];
            const out = a * steps.length + k;
            let sum = bias[out];
            const row = out * columns.length;
            for (let c = 0; c < columns.length; c++) sum += weight[row + c] * x[columns[c]];
            return sum;
          };
          const choice = { anchor, inputs: own, penalty };
          best = better(best, rated(choice, predict));
        });
      }
    }
  }
  const rows = folds
    .flatMap(({ validated }) => validated)
    .reduce((sum, { from, to }) => sum + to - from, 0);
  return isSurelyBetter(best, plain, rows / horizon) ? best.choice : plain.choice;
}

interface Rated {
  choice: Choice;
  /** Squared error of each case, averaged over its steps; NaN where none is known. */
  losses: Float64Array;
}

function better(a: Rated, b: Rated): Rated {
  return b.choice.score < a.choice.score ? b : a;
}

/**
 * Whether the mean difference of the losses is more than its standard error. Forecasts of `horizon`
 * steps overlap, so no more than `independent` of them count.
 */
function isSurelyBetter(best: Rated, plain: Rated, independent: number): boolean {
  const differences = Array.from(plain.losses, (loss, i) => loss - best.losses[i]).filter(
    (difference) => !Number.isNaN(difference),
  );
  const n = differences.length;
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / n;
  return mean > Math.sqrt(variance / Math.min(n, independent));
}

/**
 * The better of two curves: the likelier one, unless its mean is clearly worse. What is always
 * positive mostly grows by factors (prices, passengers, counts), and a short past shows it badly, so
 * the logarithm gets a bonus.
 */
export function betterCurve(a: Choice, b: Choice): Choice {
  const nll = ({ curve, nll }: Choice) => (curve === "log" ? nll - LOG_BONUS : nll);
  const [likelier, other] = nll(a) <= nll(b) ? [a, b] : [b, a];
  return likelier.score <= WORSE * other.score ? likelier : other;
}

type Predict = (at: Case, k: number) => number;

interface Case {
  fold: number;
  x: Float64Array;
  /** For each anchor and step. */
  anchors: Float64Array;
  /** In the unit of u. */
  actual: Float64Array;
  channel: Channel;
}

function validationCases(
  validated: readonly Stretch[],
  fold: number,
  horizon: number,
  steps: readonly number[],
  inputs: LinearInputs,
  anchors: readonly Anchor[],
): Case[] {
  const cases: Case[] = [];
  for (const [channel, origin] of originsOf(validated, horizon, MOST_ORIGINS)) {
    const x = new Float64Array(numLinearInputs(inputs));
    writeLinearInputs(channel, origin, inputs, x);
    const from = anchors.map((anchor) => anchorAt(channel.u, origin, horizon, anchor));
    cases.push({
      fold,
      x,
      anchors: Float64Array.from(from.flatMap((anchor) => steps.map((h) => anchor[h]))),
      actual: Float64Array.from(steps, (h) => {
        return channel.missing[origin + h] ? NaN : channel.u[origin + h];
      }),
      channel,
    });
  }
  return cases;
}

function rate(
  cases: readonly Case[],
  anchor: number,
  numSteps: number,
  curve: CurveName,
  predict: Predict,
): { score: number; losses: Float64Array } {
  const predicted = cases.map((at) =>
    Float64Array.from({ length: numSteps }, (_, k) => {
      return at.anchors[anchor * numSteps + k] + predict(at, k);
    }),
  );
  // The errors' spread for each step ahead: behind a curve the mean needs it.
  const spreads = Float64Array.from({ length: numSteps }, (_, k) => {
    let sum = 0;
    let count = 0;
    cases.forEach(({ actual }, i) => {
      if (Number.isNaN(actual[k])) return;
      sum += (actual[k] - predicted[i][k]) ** 2;
      count++;
    });
    return Math.sqrt(sum / Math.max(1, count));
  });
  const { inverse, mean } = CURVES[curve];
  const losses = new Float64Array(cases.length);
  let total = 0;
  let count = 0;
  cases.forEach(({ actual, channel: { scale } }, i) => {
    const { center, spread, unit } = scale;
    let known = 0;
    for (let k = 0; k < numSteps; k++) {
      if (Number.isNaN(actual[k])) continue;
      const y = inverse(center + spread * actual[k]);
      const forecast = mean(center + spread * predicted[i][k], spread * spreads[k]);
      losses[i] += ((y - forecast) / unit) ** 2;
      known++;
    }
    total += losses[i];
    count += known;
    losses[i] /= known;
  });
  return { score: total / Math.max(1, count), losses };
}

/**
 * −ln of the density of what an anchor leaves over, a normal one for each step ahead, over y itself:
 * Box and Cox's (1964) likelihood of the curve, for the differenced series.
 */
function anchorNll(
  parts: readonly Stretch[],
  horizon: number,
  steps: readonly number[],
  anchor: Anchor,
  curve: CurveName,
): number {
  const squares = new Float64Array(steps.length);
  const slopes = new Float64Array(steps.length);
  const counts = new Float64Array(steps.length);
  const remainder = new Float64Array(horizon);
  const { inverse, logSlope } = CURVES[curve];
  for (const [channel, origin] of originsOf(parts, horizon, MOST_ROWS)) {
    const { center, spread } = channel.scale;
    writeRemainder(channel, origin, horizon, anchor, remainder);
    steps.forEach((h, k) => {
      if (Number.isNaN(remainder[h])) return;
      squares[k] += (spread * remainder[h]) ** 2;
      slopes[k] += logSlope(inverse(center + spread * channel.u[origin + h]));
      counts[k]++;
    });
  }
  const each = steps.map((_, k) => {
    const n = Math.max(1, counts[k]);
    return 0.5 * Math.log(Math.max(squares[k] / n, 1e-24)) - slopes[k] / n;
  });
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

/** With so many lags: with the level or without, with the last covariates or without. */
function variantsOf(inputs: LinearInputs, lags: number): LinearInputs[] {
  const counts = inputs.covariates > 0 ? [0, inputs.covariates] : [0];
  return counts.flatMap((covariates) =>
    [false, true].map((level) => ({ ...inputs, lags, level, covariates })),
  );
}

/** The columns of the widest inputs that narrower ones have. */
export function columnsOf(
  widest: LinearInputs,
  { lags, level, covariates }: LinearInputs,
): number[] {
  const columns = Array.from({ length: lags - 1 }, (_, j) => j);
  let at = widest.lags - 1;
  const take = (count: number, isTaken: boolean) => {
    for (let i = 0; i < count; i++, at++) if (isTaken) columns.push(at);
  };
  take(Number(widest.level), level);
  take(widest.calendar, true);
  take(widest.covariates, covariates > 0);
  take(widest.known * widest.knownSteps, true);
  return columns;
}

/** At most `most` whole numbers from 0 to `size` − 1, evenly spread, the ends included. */
export function spread(size: number, most: number): number[] {
  if (size <= most) return Array.from({ length: size }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (size - 1)) / (most - 1)));
}
