/**
 * @file The model beside its baselines: who forecasts better, whether that is more than chance, and
 * how to say so.
 */

import { ArgumentError, dieboldMariano } from "unrolled";
import type { Backtest, Direction, ForecastModel, Scores } from "unrolled/tasks/forecast";
import { formatNumber } from "./numbers.ts";
import { formatPercent, plural } from "../../terminal/numbers.ts";
import { renderTable, type Column } from "../../terminal/table.ts";

export interface Comparison {
  model: Backtest;
  /** As the model is called: `LSTM`. */
  modelName: string;
  baselines: readonly Backtest[];
  horizon: number;
  /** Rows from one forecast to the next. */
  stride: number;
  targets: readonly string[];
  /** How many series there are: errors of several have no unit of their own. */
  series: number;
  /** Whether the series are prices, of which much is claimed elsewhere. */
  isPrice: boolean;
  /** How much of the network's mean is added to the linear part, 0 to 1: the most of any target. */
  networkShare: number;
}

/** Beyond chance: in fewer than one of twenty cases would equals seem so far apart. */
const CHANCE = 0.05;
/** Of a variance: such errors are rounding, and nobody's merit. */
const ROUNDING = 1e-12;
const PERSISTENCE = "persistence";

export const NO_ADVICE =
  "This is no investment advice: what a price will do is hardly written in what it has done.";

/** Squared error in units of each target's variance: for one target in one series, RMSE's order. */
export function errorOf({ scores }: Backtest): number {
  const all = Object.values(scores);
  return all.reduce((sum, { scaledMse }) => sum + scaledMse, 0) / all.length;
}

export function bestOf(backtests: readonly Backtest[]): Backtest {
  return backtests.reduce((a, b) => (errorOf(b) < errorOf(a) ? b : a));
}

/**
 * Whether two forecasts differ beyond chance: p of Diebold and Mariano's test on squared errors, or null
 * where it cannot be told. Errors of forecasts that overlap count as what they are, one error.
 */
function differenceP(
  a: Backtest,
  b: Backtest,
  { horizon, stride }: Pick<Comparison, "horizon" | "stride">,
): number | null {
  const overlap = Math.ceil(horizon / stride);
  const targets = Object.keys(a.losses);
  const total = ({ losses }: Backtest) =>
    losses[targets[0]].squared.map((_, i) =>
      targets.reduce((sum, target) => sum + (losses[target].squared[i] ?? NaN), 0),
    );
  const [first, second] = [total(a), total(b)];
  if (first.some(Number.isNaN) || second.some(Number.isNaN)) return null;
  try {
    return dieboldMariano(first, second, { horizon: Math.min(overlap, first.length - 1) }).pValue;
  } catch (error) {
    // Too few origins, or forecasts that never differ: nothing can be said.
    if (error instanceof ArgumentError) return null;
    throw error;
  }
}

/** What the report and the summary begin with. */
export function verdict(comparison: Comparison): string {
  return `${ranking(comparison)}${networkNote(comparison)}`;
}

/** Where the network adds nothing, what is measured is a linear model under a network's name. */
function networkNote({ modelName, networkShare }: Comparison): string {
  return networkShare > 0
    ? ""
    : ` On the validation part the ${modelName}'s network added nothing to the linear part below it, and has been left out: the forecast is linear, and the network gives the intervals alone.`;
}

export function networkShare({ recipe }: ForecastModel): number {
  return Math.max(...Object.values(recipe.targets).map(({ networkWeight }) => networkWeight));
}

function ranking(comparison: Comparison): string {
  const { model, modelName, baselines } = comparison;
  const best = bestOf(baselines);
  const [ours, theirs] = [errorOf(model), errorOf(best)];
  const p = differenceP(model, best, comparison);
  // As far apart as the numbers that are shown: RMSE, or MSE.
  const squares = Math.max(ours, theirs) / Math.min(ours, theirs);
  const ratio = (hasOwnUnit(comparison) ? Math.sqrt(squares) : squares) - 1;
  const more = Number.isFinite(ratio) ? `, ${formatPercent(ratio)} more` : "";
  const [own, other] = [describeError(model, comparison), describeError(best, comparison)];
  if (Math.max(ours, theirs) < ROUNDING || ours === theirs)
    return `The ${modelName} is as good as ${best.name}: ${own}.`;
  if (ours < theirs) {
    return `The ${modelName} is better than every baseline${beyondChance(p)}: ${own}; the best of them, ${best.name}, has ${other}${more}.`;
  }
  const advice = p === null || p < CHANCE ? " Forecast this series with the baseline." : "";
  return `A baseline wins${beyondChance(p)}: ${best.name} has ${other}, the ${modelName} has ${own}${more}.${advice}`;
}

function beyondChance(p: number | null): string {
  if (p === null) return "";
  return p < CHANCE
    ? `, beyond chance (Diebold–Mariano p ${formatP(p)})`
    : `, though not beyond chance (Diebold–Mariano p ${formatP(p)})`;
}

/** One target in one series is told in its own unit; anything else scaled, so that it can be averaged. */
export function hasOwnUnit({ targets, series }: Pick<Comparison, "targets" | "series">): boolean {
  return targets.length === 1 && series === 1;
}

function describeError(backtest: Backtest, comparison: Comparison): string {
  if (hasOwnUnit(comparison)) {
    return `RMSE ${formatNumber(backtest.scores[comparison.targets[0]].rmse)}`;
  }
  return `a scaled MSE of ${errorOf(backtest).toFixed(4)}`;
}

/** Of prices: up or down one step ahead, and whether persistence is beaten. */
export function priceVerdict(comparison: Comparison): string {
  const { model, modelName, baselines, targets } = comparison;
  const persistence = baselines.find(({ name }) => name === PERSISTENCE);
  const sentences = targets.flatMap((target) => {
    const direction = model.scores[target].direction;
    return direction
      ? [describeDirection(direction, targets.length > 1 ? ` of ${target}` : "")]
      : [];
  });
  const p = persistence ? differenceP(model, persistence, comparison) : null;
  if (p !== null) {
    const isBetter = errorOf(model) < errorOf(persistence!);
    sentences.push(
      p < CHANCE
        ? `Against the last price, the ${modelName} is ${isBetter ? "better" : "worse"} beyond chance (p ${formatP(p)}).`
        : `Against the last price, the ${modelName} is neither better nor worse beyond chance (p ${formatP(p)}).`,
    );
  }
  return sentences.join(" ");
}

function describeDirection({ right, total, interval }: Direction, of: string): string {
  const { low, high } = interval;
  const says = low > 0.5 ? "" : high < 0.5 ? ": worse than a coin" : ": no better than a coin";
  return `Up or down, one step ahead${of}: right in ${formatPercent(right / total)} of ${plural(total, "step")} (95 % interval ${formatPercent(low)} to ${formatPercent(high)})${says}.`;
}

/** `0.03`, `below 0.001` */
export function formatP(p: number): string {
  return p < 0.001 ? "below 0.001" : p.toFixed(p < 0.1 ? 3 : 2);
}

export interface ScoreRow {
  name: string;
  cells: string[];
}

/** One row for each: in its own unit for one target in one series, else scaled and averaged. */
export function scoreRows(
  backtests: readonly { name: string; backtest: Backtest }[],
  { targets, series }: Pick<Comparison, "targets" | "series">,
): { head: string[]; rows: ScoreRow[] } {
  const own = hasOwnUnit({ targets, series });
  const mean = (backtest: Backtest, of: (scores: Scores) => number | null) => {
    const values = targets.map((target) => of(backtest.scores[target]));
    if (values.some((value) => value === null)) return null;
    return values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
  };
  const fixed = (value: number | null, digits: number) =>
    value === null ? "–" : value.toFixed(digits);
  return {
    head: [
      ...(own ? ["RMSE", "MAE"] : ["MSE, scaled", "MAE, scaled"]),
      "MASE",
      "sMAPE",
      ...(own ? ["CRPS"] : []),
      ...["50 %", "80 %", "95 %"],
    ],
    rows: backtests.map(({ name, backtest }) => ({
      name,
      cells: [
        ...(own
          ? [
              formatNumber(mean(backtest, ({ rmse }) => rmse)!),
              formatNumber(mean(backtest, ({ mae }) => mae)!),
            ]
          : [
              fixed(
                mean(backtest, ({ scaledMse }) => scaledMse),
                4,
              ),
              fixed(
                mean(backtest, ({ scaledMae }) => scaledMae),
                4,
              ),
            ]),
        fixed(
          mean(backtest, ({ mase }) => mase),
          3,
        ),
        fixed(
          mean(backtest, ({ smape }) => smape),
          1,
        ),
        ...(own ? [formatNumber(mean(backtest, ({ crps }) => crps)!)] : []),
        ...[0, 1, 2].map((i) =>
          formatPercent(mean(backtest, ({ coverage }) => coverage[i].share)!),
        ),
      ],
    })),
  };
}

/** For the terminal; `styled` is the model's name in its colour. */
export function scoreTable(comparison: Comparison, styled: string): string {
  const { model, baselines } = comparison;
  const { head, rows } = scoreRows(
    [
      ...baselines.map((backtest) => ({ name: backtest.name, backtest })),
      { name: styled, backtest: model },
    ],
    comparison,
  );
  const columns: Column[] = [{ title: "", align: "left" }, ...head.map((title) => ({ title }))];
  return renderTable(
    columns,
    rows.map(({ name, cells }) => [name, ...cells]),
  );
}
