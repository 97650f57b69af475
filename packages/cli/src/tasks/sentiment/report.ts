/**
 * @file The report on a classifier: its score beside the baselines, how far its probabilities can be
 * believed, what it takes for what, and which words made it err.
 */

import {
  explain,
  worstErrors,
  type Example,
  type SentimentData,
  type SentimentEvaluation,
  type SentimentModel,
  type SentimentResult,
  type WordEffect,
} from "unrolled/tasks/sentiment";
import { barChart, lineChart } from "../../report/charts.ts";
import type { Facts } from "../../report/describe.ts";
import { html, type Html } from "../../report/html.ts";
import { figure, legend, madeBy, page, settingsList, table } from "../../report/page.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { formatCount, formatLoss } from "../../terminal/numbers.ts";
import { percent, SCORE_HEAD, scoreCells, verdict, type Score } from "./scores.ts";
import type { Outcome } from "./train.ts";

export interface SentimentReport {
  title: string;
  /** What makes this report again. */
  command: string;
  settings: Facts;
  /** What was read and what was left out, in sentences. */
  about: readonly string[];
  data: SentimentData;
  result: SentimentResult;
  baselines: readonly Score[];
  outcome: Outcome;
}

const ERRORS_SHOWN = 12;
/** Longer texts are cut in the report. */
const WORDS_SHOWN = 120;
/** More classes than this are told by their commonest confusions. */
const MOST_CLASSES = 20;

export function sentimentReport(report: SentimentReport): string {
  const { title, command, settings, about, outcome } = report;
  return page(
    `${title} · Unrolled`,
    html`<h1>${title}</h1>
      ${about.map((sentence) => html`<p class="soft">${sentence}</p>`)}
      <p class="lead-text">${verdict(outcome.score, outcome.toBeat, outcome.difference)}</p>

      <h2>Score</h2>
      ${scoreFigure(report)}

      <h2>Learning</h2>
      ${learningFigure(report)}

      <h2>What is taken for what</h2>
      ${confusion(report)}

      <h2>Whether 80 % means 80 %</h2>
      ${calibrationFigure(report)}

      <h2>The worst errors</h2>
      ${errors(report)}

      <h2>Settings</h2>
      ${settingsList(settings)} ${madeBy(command)}`,
  );
}

function scoreFigure({ baselines, outcome, result }: SentimentReport): Html {
  const { cell } = result.model.config;
  const scores = [...baselines, outcome.network, outcome.score];
  return html`${figure(
    barChart(
      scores.map((score, i) => ({
        name: score.name,
        value: score.accuracy,
        className: i < baselines.length ? "" : cell,
      })),
    ),
    null,
    `Share of right answers on ${formatCount(outcome.score.texts)} texts held out. Grey is what needs no recurrent network.`,
    { head: SCORE_HEAD, rows: scores.map(scoreCells) },
  )}
  ${table({ head: SCORE_HEAD, rows: scores.map(scoreCells) })}`;
}

function learningFigure({ result }: SentimentReport): Html {
  const { fit, model } = result;
  const { cell } = model.config;
  const { name, dash } = CELL_LOOKS[cell];
  const measured = fit.history.filter((line) => line.validationLoss !== null);
  const held = measured.map(({ step, validationLoss }) => [step, validationLoss!] as const);
  const trained = fit.history.map(({ step, trainLoss }) => [step, trainLoss] as const);
  const series = [
    { name: `${name}, to choose with`, className: cell, dash, points: held },
    { name: `${name}, training`, className: cell, dash: "1 4", points: trained, isFaint: true },
  ];
  const losses = series.flatMap(({ points }) => points.map(([, y]) => y));
  return figure(
    lineChart({
      xLabel: "training steps",
      yLabel: "log loss",
      series,
      references: [],
      yDomain: [0, Math.max(...losses) * 1.05],
    }),
    legend(series),
    `On the texts to choose with the loss is measured after calibration. The best weights, of step ${formatCount(fit.bestStep ?? fit.steps)}, were kept. The training loss has dropout and label smoothing in it.`,
    {
      head: ["step", "training", "to choose with"],
      rows: fit.history.map(({ step, trainLoss, validationLoss }) => [
        formatCount(step),
        formatLoss(trainLoss),
        validationLoss === null ? "" : formatLoss(validationLoss),
      ]),
    },
  );
}

function confusion({ data: { labels }, outcome }: SentimentReport): Html {
  const { confusion: counts, classes } = outcome.evaluation;
  const perClass = table({
    head: ["class", "texts", "precision", "recall", "F1"],
    rows: classes.map(({ support, precision, recall, f1 }, c) => [
      labels[c],
      formatCount(support),
      percent(precision),
      percent(recall),
      percent(f1),
    ]),
  });
  if (labels.length > MOST_CLASSES) return perClass;
  const cell = (row: readonly number[], c: number, isRight: boolean) => {
    const share =
      row[c] /
      Math.max(
        1,
        row.reduce((a, b) => a + b, 0),
      );
    return html`<span style="${tint(isRight ? "right" : "wrong", share)}"
      >${formatCount(row[c])}</span
    >`;
  };
  return html`${table({
    head: ["meant ↓ answered →", ...labels],
    rows: counts.map((row, meant) => [
      labels[meant],
      ...row.map((_, c) => cell(row, c, c === meant)),
    ]),
  })}
  ${perClass}`;
}

/** Texts sorted by how sure the model was: so many bins, and how many in each were right. */
const BINS = 10;

function reliability(
  { probabilities, answers }: SentimentEvaluation,
  examples: readonly Example[],
): { sure: number; right: number; texts: number }[] {
  const bins = Array.from({ length: BINS }, () => ({ sure: 0, right: 0, texts: 0 }));
  for (const [i, p] of probabilities.entries()) {
    const sure = p[answers[i]];
    const bin = bins[Math.min(BINS - 1, Math.floor(sure * BINS))];
    bin.texts++;
    bin.sure += sure;
    if (answers[i] === examples[i].target) bin.right++;
  }
  return bins
    .filter(({ texts }) => texts > 0)
    .map(({ sure, right, texts }) => ({ sure: sure / texts, right: right / texts, texts }));
}

function calibrationFigure({ data, outcome, result }: SentimentReport): Html {
  const { cell } = result.model.config;
  const after = reliability(outcome.evaluation, data.test);
  const before = reliability(outcome.alone, data.test);
  const pointsOf = (bins: typeof after) => bins.map(({ sure, right }) => [sure, right] as const);
  const series = [
    { name: "calibrated", className: cell, points: pointsOf(after) },
    {
      name: "the network as trained",
      className: cell,
      dash: "3 3",
      points: pointsOf(before),
      isFaint: true,
    },
    {
      name: "right as often as said",
      className: "window",
      dash: "1 4",
      points: [
        [0, 0],
        [1, 1],
      ] as const,
      isFaint: true,
    },
  ];
  return figure(
    lineChart({
      xLabel: "how sure it is",
      yLabel: "how often right",
      series,
      references: [],
      yDomain: [0, 1],
    }),
    legend(series),
    `Expected calibration error: ${percent(outcome.network.calibrationError)} as trained, ${percent(outcome.score.calibrationError)} after calibration on the texts to choose with.`,
    {
      head: ["how sure, on average", "how often right", "texts"],
      rows: after.map(({ sure, right, texts }) => [
        percent(sure),
        percent(right),
        formatCount(texts),
      ]),
    },
  );
}

function errors({ data: { labels, test }, outcome, result: { model } }: SentimentReport): Html {
  const worst = worstErrors(outcome.evaluation, test, ERRORS_SHOWN);
  if (worst.length === 0) return html`<p>None.</p>`;
  return html`<p class="soft">
      Surest of these, and wrong. Words in green speak for the answer given, in red against it: what
      becomes of its log-odds where the word is left
      unread.${model.attention ? " Underlined is what attention looked at." : ""}
    </p>
    ${worst.map((i) => {
      const answer = outcome.evaluation.answers[i];
      const p = outcome.evaluation.probabilities[i][answer];
      return html`<p>
        <b>${labels[answer]}</b> ${percent(p)}, meant <b>${labels[test[i].target]}</b
        ><br />${coloredWords(model, test[i], answer)}
      </p>`;
    })}`;
}

function coloredWords(model: SentimentModel, example: Example, answer: number): Html {
  const effects = explain(model, example, answer);
  const most = Math.max(...effects.map(({ effect }) => Math.abs(effect)), 1e-9);
  const shown = effects.slice(0, WORDS_SHOWN);
  return html`${shown.map((word) => html`${markedWord(word, most)} `)}${effects.length > shown.length && "…"}`;
}

function markedWord({ token, effect, attention }: WordEffect, most: number): Html {
  const strength = Math.abs(effect) / most;
  const look = strength < 0.1 ? "" : tint(effect > 0 ? "right" : "wrong", 0.6 * strength);
  const line = attention !== null && attention > 0.1 ? ";text-decoration:underline" : "";
  const title = `${effect < 0 ? "−" : "+"}${Math.abs(effect).toFixed(2)}`;
  return look || line
    ? html`<span style="${look}${line}" title="${title}">${token}</span>`
    : html`${token}`;
}

/** A background that both a light and a dark page can bear. */
function tint(kind: "right" | "wrong", share: number): string {
  const color = kind === "right" ? "40,160,70" : "215,60,60";
  return `background:rgba(${color},${Math.min(1, share).toFixed(2)});border-radius:3px;padding:0 .2em`;
}
