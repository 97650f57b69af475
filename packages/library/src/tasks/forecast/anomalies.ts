/**
 * @file Anomalies in a stream: one value in, out comes how improbable it is after all that came
 * before.
 *
 *   score = −log₁₀ P(an error this large, of either sign)         alarm from −log₁₀(false alarms) on
 *
 * A value that sets off an alarm is not believed: until it is over, values are compared with the
 * forecast that was made before it, step by step, so that a level shift or a missing season stays an
 * alarm and does not become the past of the next forecasts. After as many steps as the model can
 * forecast, what came is taken to be how things are now.
 */

import { ArgumentError } from "unrolled";
import { tailProbability, type ErrorTail } from "./error-tail.ts";
import { contextAt } from "./forecaster.ts";
import type { ForecastModel, Located } from "./forecast-model.ts";
import { timesAfter } from "./frequency.ts";
import { originOf } from "./predict.ts";
import { rowsNeeded } from "./recipe.ts";
import { sliceSeries, type TimeSeries } from "./series.ts";
import { CURVES, scaleOf, throughCurve, type Scale } from "./transforms.ts";

export interface AnomalyOptions {
  /** What is watched. Default: the model's first target. */
  target?: string;
  /** Alarms among so many values of clean data, from 0 to 1. Default: 0.001, one in a thousand. */
  falseAlarmRate?: number;
}

/** What is said of one value. */
export interface AnomalyScore {
  time: number;
  value: number;
  /** −log₁₀ of the probability of an error this large: 3 is one in a thousand. NaN for a missing value. */
  score: number;
  isAnomaly: boolean;
  /** What was expected, and the bounds beyond which values set off an alarm. */
  expected: number;
  lower: number;
  upper: number;
}

/** All that a detector carries from value to value; fits into JSON, missing values as null. */
export interface DetectorState {
  id: string;
  times: number[];
  columns: Record<string, (number | null)[]>;
  scale: Scale;
  /** Rows of `columns` since the alarm that is on began. */
  doubted: number;
}

/** A row: the target alone, or columns by name; a column left out is missing. */
export type Observation = number | Readonly<Record<string, number>>;

interface Carried {
  scale?: Scale;
  doubted?: number;
}

/** Watches one target of one series. Made by {@link createAnomalyDetector}. */
export class AnomalyDetector {
  readonly model: ForecastModel;
  readonly target: string;
  readonly falseAlarmRate: number;
  readonly #names: readonly string[];
  #scale: Scale;
  #series: TimeSeries;
  /** Of the last rows of the series, those that an alarm is on for. */
  #doubted: number;
  /** The forecast from before the doubted rows, once it is needed. */
  #forecast: Located | null = null;

  constructor(model: ForecastModel, history: TimeSeries, options: AnomalyOptions & Carried = {}) {
    const { target = Object.keys(model.recipe.targets)[0], falseAlarmRate = 0.001 } = options;
    if (!Object.hasOwn(model.recipe.targets, target)) {
      throw new ArgumentError(
        `AnomalyDetector: expected a target of the model, ${Object.keys(model.recipe.targets).join(", ")}, got ${target}.`,
      );
    }
    if (!(falseAlarmRate > 0 && falseAlarmRate < 1)) {
      throw new ArgumentError(
        `AnomalyDetector: expected falseAlarmRate between 0 and 1, such as 0.001, got ${falseAlarmRate}.`,
      );
    }
    const known = model.recipe.covariates.find(({ isKnown }) => isKnown);
    if (known) {
      throw new ArgumentError(
        `AnomalyDetector: expected a model without covariates known in advance, got one with ${known.name}: ` +
          "a stream has no future. Train with it as an observed covariate.",
      );
    }
    if (history.times.length < 1) {
      throw new ArgumentError("AnomalyDetector: expected a history of at least one row, got none.");
    }
    this.model = model;
    this.target = target;
    this.falseAlarmRate = falseAlarmRate;
    this.#names = [target, ...model.recipe.covariates.map(({ name }) => name)];
    const { curve, scales } = model.recipe.targets[target];
    this.#scale =
      options.scale ?? scales[history.id] ?? scaleOf(history.columns[target], curve, target);
    this.#doubted = options.doubted ?? 0;
    this.#series = this.#kept(history);
  }

  /** What the next value says, see {@link AnomalyScore}. A missing value (NaN) is passed over. */
  push(observation: Observation): AnomalyScore {
    const row = typeof observation === "number" ? { [this.target]: observation } : observation;
    const value = row[this.target] ?? NaN;
    const { stepsAhead } = this.model;
    // The alarm has lasted for as long as can be forecast: this is how things are now.
    if (this.#doubted >= stepsAhead) this.#adapt();
    this.#forecast ??= this.#forecastBefore(this.#doubted);
    const step = this.#doubted;
    const said = this.#compare(value, step);
    this.#append(said.time, row);
    if (said.isAnomaly || (this.#doubted > 0 && Number.isNaN(value))) this.#doubted++;
    else this.#settle();
    return said;
  }

  /** For {@link restoreAnomalyDetector}. */
  getState(): DetectorState {
    const { id, times, columns } = this.#series;
    return {
      id,
      times: [...times],
      columns: Object.fromEntries(
        Object.entries(columns).map(([name, values]) => [
          name,
          Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
        ]),
      ),
      scale: this.#scale,
      doubted: this.#doubted,
    };
  }

  #forecastBefore(doubted: number): Located {
    const { model } = this;
    const length = this.#series.times.length - doubted;
    const set = { frequency: model.recipe.frequency, knownCovariates: [] };
    const trusted = sliceSeries(this.#series, 0, length);
    const context = contextAt(set, trusted, length, model.stepsAhead);
    return model.locate([originOf(model, context, this.target, this.#scale)])[0];
  }

  #compare(value: number, step: number): AnomalyScore {
    const { model, target, falseAlarmRate } = this;
    const { curve, tail } = model.recipe.targets[target];
    const { center, spread, lowest } = this.#scale;
    const { location, spread: width } = this.#forecast!;
    const [x] = throughCurve(Float64Array.of(value), curve, lowest);
    const z = ((x - center) / spread - location[step]) / width[step];
    const probability = Number.isNaN(z) ? NaN : tailProbability(z, step, tail);
    const bound = sizeAt(falseAlarmRate, step, tail);
    return {
      time: timesAfter(this.#lastTime(), 1, model.recipe.frequency)[0],
      value,
      score: -Math.log10(probability),
      isAnomaly: probability < falseAlarmRate,
      expected: this.#expected(step, 0),
      lower: this.#expected(step, -bound),
      upper: this.#expected(step, bound),
    };
  }

  /** The forecast of a step, so many spreads off. */
  #expected(step: number, error: number): number {
    const { location, spread: width } = this.#forecast!;
    const { inverse } = CURVES[this.model.recipe.targets[this.target].curve];
    const u = location[step] + error * width[step];
    return inverse(this.#scale.center + this.#scale.spread * u);
  }

  #lastTime(): number {
    return this.#series.times[this.#series.times.length - 1];
  }

  #append(time: number, row: Readonly<Record<string, number>>): void {
    const { id, times, columns } = this.#series;
    this.#series = {
      id,
      times: Float64Array.from([...times, time]),
      columns: Object.fromEntries(
        this.#names.map((name) => [name, Float64Array.from([...columns[name], row[name] ?? NaN])]),
      ),
    };
  }

  /** The alarm is over: where it was on, the series goes on as it was expected to. */
  #settle(): void {
    const values = this.#series.columns[this.target];
    const first = values.length - 1 - this.#doubted;
    for (let step = 0; step < this.#doubted; step++) {
      values[first + step] = this.#expected(step, 0);
    }
    this.#believe();
  }

  /**
   * The alarm is as long as can be forecast: this is how things are now. By as much as values were off
   * on average, the scale and the past before the alarm are moved, so that a mean to return to is the
   * new one.
   */
  #adapt(): void {
    const { curve } = this.model.recipe.targets[this.target];
    const { center, spread, lowest } = this.#scale;
    const { location } = this.#forecast ?? this.#forecastBefore(this.#doubted);
    const values = this.#series.columns[this.target];
    const first = values.length - this.#doubted;
    const x = throughCurve(values, curve, lowest);
    const off = Array.from(location.subarray(0, this.#doubted), (u, step) => {
      return x[first + step] - (center + spread * u);
    }).filter((error) => !Number.isNaN(error));
    const move = off.reduce((sum, error) => sum + error, 0) / Math.max(1, off.length);
    this.#scale = { ...this.#scale, center: center + move };
    for (let row = 0; row < first; row++) values[row] = CURVES[curve].inverse(x[row] + move);
    this.#believe();
  }

  #believe(): void {
    this.#doubted = 0;
    this.#forecast = null;
    this.#series = this.#kept(this.#series);
  }

  /** As many of the last rows as forecasts depend on. */
  #kept({ id, times, columns }: TimeSeries): TimeSeries {
    const own = Object.fromEntries(this.#names.map((name) => [name, columns[name]]));
    const from = Math.max(0, times.length - this.#doubted - rowsNeeded(this.model.recipe));
    return sliceSeries({ id, times, columns: own }, from, times.length);
  }
}

/**
 * A detector that has read `history`, which ends just before the first value to come.
 *
 * The tail of the model's errors comes from the validation part of its training, so that should be
 * clean. The more steps a model forecasts, the longer an alarm can last.
 */
export function createAnomalyDetector(
  model: ForecastModel,
  history: TimeSeries,
  options: AnomalyOptions = {},
): AnomalyDetector {
  return new AnomalyDetector(model, history, options);
}

/** A detector that goes on from a saved state, as if there had been no interruption. */
export function restoreAnomalyDetector(
  model: ForecastModel,
  state: DetectorState,
  options: AnomalyOptions = {},
): AnomalyDetector {
  const { id, times, columns, scale, doubted } = state;
  const history: TimeSeries = {
    id,
    times: Float64Array.from(times),
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [
        name,
        Float64Array.from(values, (value) => value ?? NaN),
      ]),
    ),
  };
  return new AnomalyDetector(model, history, { ...options, scale, doubted });
}

/** Scores of the rows from `from` on, one after the other as a detector gives them. */
export function detectAnomalies(
  model: ForecastModel,
  series: TimeSeries,
  { from = 1, ...options }: AnomalyOptions & { from?: number } = {},
): AnomalyScore[] {
  const detector = createAnomalyDetector(model, sliceSeries(series, 0, from), options);
  const scores: AnomalyScore[] = [];
  for (let row = from; row < series.times.length; row++) {
    const columns = Object.entries(series.columns).map(([name, values]) => [name, values[row]]);
    scores.push(detector.push(Object.fromEntries(columns) as Record<string, number>));
  }
  return scores;
}

/** The error of this probability, in spreads, by bisection. */
function sizeAt(probability: number, step: number, tail: ErrorTail): number {
  let low = 0;
  let high = 1;
  while (tailProbability(high, step, tail) > probability) high *= 2;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (tailProbability(middle, step, tail) > probability) low = middle;
    else high = middle;
  }
  return high;
}
