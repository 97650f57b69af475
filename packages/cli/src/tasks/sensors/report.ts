/**
 * @file The report on a model of recordings: scores, learning, and where it errs.
 */

import type { FitResult } from "unrolled";
import type {
  ClassEvaluation,
  SensorBaseline,
  SensorCase,
  SensorEvaluation,
  SensorModel,
  SensorPrediction,
} from "unrolled/tasks/sensors";
import { barChart, lineChart } from "../../report/charts.ts";
import type { Facts } from "../../report/describe.ts";
import { html, type Html } from "../../report/html.ts";
import { figure, legend, madeBy, page, settingsList, table } from "../../report/page.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { formatCount, formatLoss } from "../../terminal/numbers.ts";
import { percent, scoreCells, scoreOf, scoreTitles, verdict } from "./scores.ts";

export interface SensorReport {
  title: string;
  /** What makes this report again. */
  command: string;
  settings: Facts;
  model: SensorModel;
  fit: FitResult;
  evaluation: SensorEvaluation;
  baselines: readonly SensorBaseline[];
  cases: readonly SensorCase[];
  /** One for each of the cases. */
  predictions: readonly SensorPrediction[];
}

/** Errors shown at most, the surest first. */
const SHOWN_ERRORS = 12;

export function sensorReport(report: SensorReport): string {
  const { title, command, settings, model, evaluation, baselines } = report;
  const { name } = CELL_LOOKS[model.config.cell];
  return page(
    `${title} · Unrolled`,
    html`<h1>${title}</h1>
      <p class="lead-text">${verdict(name, evaluation, baselines)}</p>

      <h2>Score</h2>
      ${scoreFigure(report)}

      <h2>Learning</h2>
      ${lossFigure(report)}
      ${
        evaluation.kind === "classes" &&
        html`<h2>Which class was taken for which</h2>
          ${confusionTable(evaluation, model.scheme.classes!)}`
      }

      <h2>Where it errs most</h2>
      ${errors(report)}

      <h2>Settings</h2>
      ${settingsList(settings)} ${madeBy(command)}`,
  );
}

function scoreFigure({ model, evaluation, baselines }: SensorReport): Html {
  const { cell } = model.config;
  const { name } = CELL_LOOKS[cell];
  const [first, ...titles] = scoreTitles(evaluation);
  const what = evaluation.kind === "classes" ? "Share of right answers" : "R²";
  return figure(
    barChart([
      ...baselines.map((it) => ({
        name: it.name,
        value: Math.max(0, scoreOf(it.evaluation)),
        className: "",
      })),
      { name, value: Math.max(0, scoreOf(evaluation)), className: cell },
    ]),
    null,
    `${what} ${first}; longer is better. Grey is what needs no recurrent network.`,
    {
      head: ["", ...titles],
      rows: [
        ...baselines.map((it) => [it.name, ...scoreCells(it.evaluation)]),
        [name, ...scoreCells(evaluation)],
      ],
    },
  );
}

function lossFigure({ model, fit }: SensorReport): Html {
  const { cell } = model.config;
  const { name, dash } = CELL_LOOKS[cell];
  const trained = fit.history.map(({ step, trainLoss }) => [step, trainLoss] as const);
  const held = fit.history.flatMap(({ step, validationLoss }) =>
    validationLoss === null ? [] : [[step, validationLoss] as const],
  );
  const series = [
    { name: `${name}, training`, className: cell, dash: "1 4", points: trained, isFaint: true },
    ...(held.length > 0
      ? [{ name: `${name}, validation`, className: cell, dash, points: held }]
      : []),
  ];
  const losses = series.flatMap(({ points }) => points.map(([, loss]) => loss));
  return figure(
    lineChart({
      xLabel: "training steps",
      yLabel: model.scheme.classes ? "nats" : "squared deviations",
      series,
      references: [],
      yDomain: [0, Math.max(...losses) * 1.06 || 1],
    }),
    legend(series),
    held.length > 0
      ? "The loss on the recordings that decide which weights are kept, and on those that train: there with dropout, noise and smoothed targets, so that it can lie higher."
      : "The loss in training, with dropout, noise and smoothed targets. There were too few recordings to keep some for choosing the weights: these are the last.",
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

function confusionTable({ confusion }: ClassEvaluation, classes: readonly string[]): Html {
  return html`<p class="soft">Rows: what it was. Columns: what the model said.</p>
    ${table({
      head: ["", ...classes],
      rows: confusion.map((row, i) => [classes[i], ...row.map(formatCount)]),
    })}`;
}

function errors({ predictions, cases, model }: SensorReport): Html {
  return model.scheme.classes ? wrongClasses(predictions, cases) : farNumbers(predictions, cases);
}

function wrongClasses(
  predictions: readonly SensorPrediction[],
  cases: readonly SensorCase[],
): Html {
  const wrong = predictions
    .map((prediction, i) => ({
      ...prediction,
      meant: cases[i].answer,
      sure: Math.max(...prediction.probabilities!),
    }))
    .filter(({ answer, meant }) => meant !== null && String(meant) !== answer)
    .sort((a, b) => b.sure - a.sure);
  if (wrong.length === 0) return html`<p>Nowhere: every held-out recording was told right.</p>`;
  return table({
    head: ["recording", "was", "taken for", "how sure"],
    rows: wrong
      .slice(0, SHOWN_ERRORS)
      .map(({ id, meant, answer, sure }) => [id, String(meant), String(answer), percent(sure)]),
  });
}

function farNumbers(predictions: readonly SensorPrediction[], cases: readonly SensorCase[]): Html {
  const far = predictions
    .flatMap(({ id, answer }, i) => {
      const meant = cases[i].answer;
      return typeof meant === "number" ? [{ id, meant, answer: Number(answer) }] : [];
    })
    .sort((a, b) => Math.abs(b.answer - b.meant) - Math.abs(a.answer - a.meant));
  return table({
    head: ["recording", "was", "predicted"],
    rows: far
      .slice(0, SHOWN_ERRORS)
      .map(({ id, meant, answer }) => [id, meant.toPrecision(5), answer.toPrecision(5)]),
  });
}
