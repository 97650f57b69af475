/**
 * @file The report on a forecaster: who forecasts better, what its forecasts look like, how far they
 * can be trusted.
 */

import {
  autocorrelations,
  formatFrequency,
  INTERVALS,
  QUANTILE_LEVELS,
  type Backtest,
  type Forecast,
  type ForecastTraining,
  type SeriesSet,
  type TimeSeries,
} from "unrolled/tasks/forecast";
import { lineChart, type Series } from "../../report/charts.ts";
import type { Facts } from "../../report/describe.ts";
import { correlationChart, fanChart, type Fan } from "../../report/fan-chart.ts";
import { html, type Html } from "../../report/html.ts";
import { figure, legend, madeBy, page, settingsList, table } from "../../report/page.ts";
import { formatCount, formatLoss, formatPercent, plural } from "../../terminal/numbers.ts";
import {
  bestOf,
  hasOwnUnit,
  NO_ADVICE,
  priceVerdict,
  scoreRows,
  verdict,
  type Comparison,
} from "./comparison.ts";
import { formatNumber, formatTime } from "./numbers.ts";
import type { ForecastPlan } from "./plan.ts";

export interface ForecastReport {
  title: string;
  /** What makes this report again. */
  command: string;
  settings: Facts;
  /** What was found in the table. */
  notes: readonly string[];
  set: SeriesSet;
  plan: ForecastPlan;
  comparison: Comparison;
  /** Nothing where the model was only measured. */
  training: ForecastTraining | null;
}

/** Of several series and targets, so many are drawn. */
const MOST_FANS = 4;
const MOST_LAGS = 30;

export function forecastReport(report: ForecastReport): string {
  const { title, command, settings, notes, set, plan, comparison, training } = report;
  const { isPrice, horizon } = comparison;
  return page(
    `${title} · Unrolled`,
    html`<h1>${title}</h1>
      <p class="lead-text">${verdict(comparison)}</p>
      ${
        isPrice &&
        html`<p>${priceVerdict(comparison)}</p>
          <p><strong>${NO_ADVICE}</strong></p>`
      }
      <p class="soft">
        ${plural(comparison.model.origins, "forecast")} of ${plural(horizon, "step")}
        (${formatFrequency(set.frequency)}) in the last part of the data, which neither the model
        nor the baselines were fitted on.
        ${plan.season > 1 ? `Season: ${plan.season} steps.` : "No season was found."}
      </p>

      <h2>Scores</h2>
      ${scores(comparison)}

      <h2>Forecasts</h2>
      ${fans(report)}
      ${
        horizon > 1 &&
        html`<h2>Error by step</h2>
          ${errorByStep(comparison)}`
      }

      <h2>Calibration</h2>
      ${calibration(comparison)} ${residuals(comparison)}
      ${
        training &&
        html`<h2>Learning</h2>
          ${learning(comparison, training)}`
      }

      <h2>The data</h2>
      <ul>
        ${notes.map((note) => html`<li>${note}</li>`)}
      </ul>

      <h2>Settings</h2>
      ${settingsList(settings)} ${madeBy(command)}`,
  );
}

function named({ model, modelName, baselines }: Comparison) {
  return [
    ...baselines.map((backtest) => ({ name: backtest.name, backtest })),
    { name: modelName, backtest: model },
  ];
}

function scores(comparison: Comparison): Html {
  const { targets } = comparison;
  const all = named(comparison);
  const { head, rows } = scoreRows(all, comparison);
  const about = hasOwnUnit(comparison)
    ? "RMSE, MAE and CRPS are in the unit of the series. "
    : "Errors are divided by the standard deviation of each series and column in the training part, and averaged. ";
  return html`${table({ head: ["", ...head], rows: rows.map(({ name, cells }) => [name, ...cells]) })}
    <p class="soft">
      ${about}MASE: 1 is the error of the (seasonal) naive forecast, one step ahead, in the training
      part. The last three columns are the shares of values within the 50, 80 and 95 % intervals.
    </p>
    <details>
      <summary>What each chose</summary>
      ${table({ head: ["", "chosen on the training part"], rows: all.map(({ name, backtest }) => [name, backtest.details || "nothing to choose"]) })}
    </details>
    ${
      targets.length > 1 &&
      html`<details>
        <summary>Each column</summary>
        ${targets.map((target) => {
          const own = scoreRows(all, { targets: [target], series: comparison.series });
          return html`<h3>${target}</h3>
            ${table({ head: ["", ...own.head], rows: own.rows.map(({ name, cells }) => [name, ...cells]) })}`;
        })}
      </details>`
    }`;
}

/** The last part of some series, with the forecasts that were made in it. */
function fans({ set, comparison, plan }: ForecastReport): Html {
  const { model, targets } = comparison;
  const ids = [...new Set(model.examples.map(({ id }) => id))];
  const drawn = ids.flatMap((id) => targets.map((target) => ({ id, target }))).slice(0, MOST_FANS);
  return html`${drawn.map(({ id, target }) => {
    const series = set.series.find((it) => it.id === id)!;
    const examples = model.examples.filter((it) => it.id === id);
    return fanFigure(set, series, target, examples, comparison, plan);
  })}`;
}

function fanFigure(
  set: SeriesSet,
  series: TimeSeries,
  target: string,
  examples: readonly Forecast[],
  { model, modelName, horizon }: Comparison,
  { stride }: ForecastPlan,
): Html {
  const values = series.columns[target];
  const rowOf = new Map(Array.from(series.times, (time, row) => [time, row]));
  const starts = examples.map(({ times }) => rowOf.get(times[0])!);
  const from = Math.max(0, starts[0] - Math.max(20, horizon));
  const actual = Array.from(values.subarray(from), (value, i) => [from + i, value] as const);
  const parts = examples.map(({ targets }) => targets[target]);
  // One step ahead, forecasts join to a ribbon; farther ones open like fans from the last value.
  const isRibbon = horizon === 1 && stride === 1;
  const at = (level: number) => QUANTILE_LEVELS.findIndex((it) => Math.abs(it - level) < 1e-9);
  const bounds = [...INTERVALS]
    .reverse()
    .map((interval) => [at((1 - interval) / 2), at((1 + interval) / 2)]);
  const made = examples.map((_, k): Fan => {
    const last = values[starts[k] - 1];
    const begin = isRibbon || Number.isNaN(last) ? [] : [last];
    const { mean, quantiles } = parts[k];
    return {
      xs: [...begin.map(() => starts[k] - 1), ...Array.from(mean, (_, h) => starts[k] + h)],
      middle: [...begin, ...mean],
      bands: bounds.map(([low, high]) => ({
        low: [...begin, ...quantiles[low]],
        high: [...begin, ...quantiles[high]],
      })),
    };
  });
  const joined: Fan[] = isRibbon
    ? [
        {
          xs: made.flatMap(({ xs }) => xs),
          middle: made.flatMap(({ middle }) => middle),
          bands: bounds.map((_, b) => ({
            low: made.flatMap(({ bands }) => bands[b].low),
            high: made.flatMap(({ bands }) => bands[b].high),
          })),
        },
      ]
    : made;
  const { unit } = set.frequency;
  const timeOf = (row: number) =>
    formatTime(series.times[Math.max(0, Math.min(row, series.times.length - 1))], unit);
  const lastForecast = examples[examples.length - 1];
  const { mean, quantiles } = lastForecast.targets[target];
  const cell = model.name;
  return figure(
    fanChart({
      yLabel: series.id ? `${target}, ${series.id}` : target,
      actual,
      fans: joined,
      className: cell,
      labelAt: timeOf,
    }),
    legend([
      { name: "what came", className: "actual" },
      { name: `${modelName}, with its 50, 80 and 95 % intervals`, className: cell },
    ]),
    `${plural(examples.length, "forecast")} of ${plural(horizon, "step")} over the last part of ${target}${series.id && ` of ${series.id}`}, each made from what was known before it. The table has the last one.`,
    {
      head: ["time", "came", "forecast", "80 %, from", "to"],
      rows: Array.from(mean, (value, h) => [
        formatTime(lastForecast.times[h], unit),
        formatNumber(values[starts[starts.length - 1] + h]),
        formatNumber(value),
        formatNumber(quantiles[at(0.1)][h]),
        formatNumber(quantiles[at(0.9)][h]),
      ]),
    },
  );
}

/** RMSE for each number of steps ahead; of several targets, scaled and averaged. */
function errorByStep(comparison: Comparison): Html {
  const { model, modelName, baselines, targets, horizon } = comparison;
  const errors = ({ scores }: Backtest) =>
    Array.from({ length: horizon }, (_, h) => {
      const squares = targets.map((target) => {
        const { scaledMse, rmse, byHorizon } = scores[target];
        const square = byHorizon[h].rmse ** 2;
        if (targets.length === 1) return square;
        return rmse > 0 ? (square * scaledMse) / rmse ** 2 : 0;
      });
      return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / targets.length);
    });
  const best = bestOf(baselines);
  const persistence = baselines.find(({ name }) => name === "persistence");
  const others = [...new Set([persistence, best])].filter((it) => it !== undefined);
  const lines: (Series & { errors: number[] })[] = [
    ...others.map((backtest) => ({
      name: backtest.name,
      className: "plain",
      dash: backtest === best ? "" : "3 3",
      errors: errors(backtest),
      points: [],
    })),
    { name: modelName, className: model.name, errors: errors(model), points: [] },
  ];
  const series = lines.map((it) => ({
    ...it,
    points: it.errors.map((value, h) => [h + 1, value] as const),
  }));
  const highest = Math.max(...lines.flatMap((it) => it.errors));
  return figure(
    lineChart({
      xLabel: "steps ahead",
      yLabel: targets.length === 1 ? "RMSE" : "RMSE, scaled",
      series,
      references: [],
      yDomain: [0, highest * 1.05 || 1],
    }),
    legend(series),
    `How the error grows with the number of steps ahead: of the ${modelName} from ${formatNumber(lines[lines.length - 1].errors[0])} to ${formatNumber(lines[lines.length - 1].errors[horizon - 1])}.`,
    {
      head: ["steps ahead", ...lines.map(({ name }) => name)],
      rows: Array.from({ length: horizon }, (_, h) => [
        String(h + 1),
        ...lines.map((it) => formatNumber(it.errors[h])),
      ]),
    },
  );
}

/** What share of values lies below each forecast quantile. */
function calibration(comparison: Comparison): Html {
  const { model, modelName, baselines, targets } = comparison;
  const shares = ({ scores }: Backtest) =>
    QUANTILE_LEVELS.map(
      (_, i) =>
        targets.reduce((sum, target) => sum + scores[target].calibration[i].share, 0) /
        targets.length,
    );
  const best = bestOf(baselines);
  const lines = [
    { name: "as promised", className: "plain", dash: "3 3", shares: [...QUANTILE_LEVELS] },
    { name: best.name, className: "plain", dash: "", shares: shares(best) },
    { name: modelName, className: model.name, dash: "", shares: shares(model) },
  ];
  const series = lines.map((it) => ({
    ...it,
    points: it.shares.map((share, i) => [QUANTILE_LEVELS[i], share] as const),
  }));
  const mean = (i: number) =>
    targets.reduce((sum, target) => sum + model.scores[target].coverage[i].share, 0) /
    targets.length;
  const covered = INTERVALS.map(
    (interval, i) => `${formatPercent(mean(i))} in those of ${Math.round(100 * interval)} %`,
  );
  return figure(
    lineChart({
      xLabel: "level of the quantile",
      yLabel: "share of values below it",
      series,
      references: [],
      yDomain: [0, 1],
    }),
    legend(series),
    `The nearer to the diagonal, the more honest the intervals. Of what came, the ${modelName}'s intervals held ${covered.join(", ")}.`,
    {
      head: ["level", ...lines.slice(1).map(({ name }) => name)],
      rows: QUANTILE_LEVELS.map((level, i) => [
        formatPercent(level),
        ...lines.slice(1).map((it) => formatPercent(it.shares[i])),
      ]),
    },
  );
}

/** Whether errors one step ahead still tell something of the next one. */
function residuals({ model, modelName, targets }: Comparison): Html | false {
  const [target] = targets;
  const errors = model.residuals[target];
  const known = errors.filter((error) => !Number.isNaN(error)).length;
  if (known < 20) return false;
  const most = Math.min(MOST_LAGS, Math.floor(known / 4));
  const values = Array.from(autocorrelations(errors, most).subarray(1));
  const within = 1.96 / Math.sqrt(known);
  const beyond = values.filter((value) => Math.abs(value) > within).length;
  const expected = Math.round(0.05 * values.length);
  const says =
    beyond <= Math.max(2, 2 * expected)
      ? "about as many as chance makes: little is left to learn from the errors."
      : "more than chance makes: the errors still tell something of the next ones, which a better model would use.";
  return html`<h2>What is left over</h2>
    ${figure(
      correlationChart(values, within),
      null,
      `Autocorrelation of the ${modelName}'s errors one step ahead (${target}, first series). Beyond the dotted lines lie ${beyond} of ${values.length}, ${says}`,
      {
        head: ["lag", "autocorrelation"],
        rows: values.map((value, i) => [String(i + 1), value.toFixed(3)]),
      },
    )}`;
}

function learning({ model, modelName }: Comparison, { fit }: ForecastTraining): Html {
  const measured = fit.history.filter((line) => line.validationLoss !== null);
  const series = [
    {
      name: `${modelName}, validation part`,
      className: model.name,
      points: measured.map(({ step, validationLoss }) => [step, validationLoss!] as const),
    },
    {
      name: `${modelName}, training`,
      className: model.name,
      dash: "1 4",
      isFaint: true,
      points: fit.history.map(({ step, trainLoss }) => [step, trainLoss] as const),
    },
  ];
  const losses = series.flatMap(({ points }) => points.map(([, loss]) => loss));
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const room = (high - low) * 0.06 || 0.1;
  return figure(
    lineChart({
      xLabel: "training steps",
      yLabel: "loss",
      series,
      references: [],
      yDomain: [low - room, high + room],
    }),
    legend(series),
    `The loss of the network, on what the linear part leaves over. Best at step ${formatCount(fit.bestStep ?? fit.steps)} of ${formatCount(fit.steps)}${fit.bestLoss === null ? "" : `, ${formatLoss(fit.bestLoss)}`}.`,
    {
      head: ["step", "training", "validation"],
      rows: fit.history.map(({ step, trainLoss, validationLoss }) => [
        formatCount(step),
        formatLoss(trainLoss),
        validationLoss === null ? "" : formatLoss(validationLoss),
      ]),
    },
  );
}
