/**
 * @file The report on a trained model of translation.
 */

import type {
  LengthBin,
  SentencePair,
  TranslationBaseline,
  TranslationEvaluation,
  TranslationResult,
  WordDictionary,
} from "unrolled/tasks/translation";
import { bleuByLength } from "unrolled/tasks/translation";
import { barChart, lineChart, type Series } from "../../report/charts.ts";
import type { Facts } from "../../report/describe.ts";
import { html, type Html } from "../../report/html.ts";
import { figure, legend, madeBy, page, settingsList, table } from "../../report/page.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { formatCount, formatLoss } from "../../terminal/numbers.ts";
import { attentionMap } from "./attention-map.ts";
import {
  binName,
  formatScore,
  lengthTable,
  SCORE_HEAD,
  scoreRow,
  systemsOf,
  verdict,
} from "./scores.ts";

export interface TranslationReport {
  title: string;
  /** What makes this report again. */
  command: string;
  settings: Facts;
  /** What the data is, and what was left out. */
  about: readonly string[];
  /** What was translated, and the references. */
  pairs: readonly SentencePair[];
  measuredOn: "test" | "validation";
  dictionary: WordDictionary;
  baselines: readonly TranslationBaseline[];
  evaluation: TranslationEvaluation;
  result: TranslationResult;
}

const SAMPLES = 12;
const MAPS = 3;
/** Longer ones do not fit on a screen. */
const LONGEST_MAP = 16;

export function translationReport(report: TranslationReport): string {
  const { title, command, settings, about, evaluation, baselines, result, measuredOn } = report;
  return page(
    `${title} · Unrolled`,
    html`<h1>${title}</h1>
      <p class="lead-text">${verdict(evaluation, baselines, `${measuredOn} sentences`)}</p>
      ${about.map((line) => html`<p class="soft">${line}</p>`)}

      <h2>Score</h2>
      ${scoreFigure(report)}

      <h2>Long sentences</h2>
      ${lengthFigure(report)}

      <h2>Learning</h2>
      ${learningFigure(report)}

      <h2>Samples</h2>
      ${samples(report)} ${maps(report)}

      <h2>The model</h2>
      ${table({
        head: ["", result.model.config.cell.toUpperCase()],
        rows: [
          ["parameters", formatCount(result.model.numParameters())],
          ["steps", formatCount(result.fit.steps)],
          ["best at step", formatCount(result.fit.bestStep ?? result.fit.steps)],
        ],
      })}

      <h2>Settings</h2>
      ${settingsList(settings)} ${madeBy(command)}`,
  );
}

function scoreFigure({ baselines, evaluation, result, measuredOn }: TranslationReport): Html {
  const { cell } = result.model.config;
  const { name } = CELL_LOOKS[cell];
  const systems = systemsOf(baselines, [{ name, scores: evaluation }]);
  const chosen =
    measuredOn === "validation"
      ? " These are the sentences by which the weights were chosen, so the score flatters the model."
      : "";
  return figure(
    barChart(
      systems.map((system, i) => ({
        name: system.name,
        value: system.scores.bleu,
        className: i === systems.length - 1 ? cell : "",
      })),
    ),
    null,
    `BLEU on ${formatCount(evaluation.sentences)} ${measuredOn} sentences, from 0 to 100, with a beam of 5 (${evaluation.signature}, as sacreBLEU counts it). Length is that of the translations over that of the references.${chosen}`,
    { head: SCORE_HEAD, rows: systems.map(scoreRow) },
  );
}

function lengthFigure({ pairs, dictionary, evaluation, result }: TranslationReport): Html {
  const { cell } = result.model.config;
  const sources = pairs.map(({ source }) => source);
  const simple = bleuByLength(
    sources.map((source) => dictionary.translate(source)),
    pairs.map(({ target }) => target),
    sources,
  );
  const systems = [
    { name: "word for word", bins: simple },
    { name: CELL_LOOKS[cell].name, bins: evaluation.byLength },
  ];
  const series: Series[] = systems.map(({ name, bins }, i) => ({
    name,
    className: cell,
    dash: i === 0 ? "4 3" : "",
    isFaint: i === 0,
    points: scoredBins(bins).map(
      ({ from, to, bleu }) => [to === Infinity ? from + 4 : (from + to) / 2, bleu!] as const,
    ),
  }));
  const measured = scoredBins(evaluation.byLength);
  if (measured.length < 2) {
    return html`<p>The sentences are too much of one length to tell short from long ones.</p>`;
  }
  const [shortest, longest] = [measured[0], measured[measured.length - 1]];
  return figure(
    lineChart({
      xLabel: "words in the source sentence",
      yLabel: "BLEU",
      series,
      references: [],
      yDomain: [0, Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y))) * 1.08],
    }),
    legend(series),
    `BLEU of the sentences of about one length: ${formatScore(shortest.bleu!)} where the source has ${binName(shortest)} words, ${formatScore(longest.bleu!)} where it has ${binName(longest)}. Without attention the encoder's last state has to hold the whole sentence, and BLEU falls faster with length.`,
    lengthTable(systems),
  );
}

function scoredBins(bins: readonly LengthBin[]): LengthBin[] {
  return bins.filter(({ bleu }) => bleu !== null);
}

function learningFigure({ result }: TranslationReport): Html {
  const { model, fit } = result;
  const { cell } = model.config;
  const lines = fit.history.filter(({ validationLoss }) => validationLoss !== null);
  const points = lines.map(({ step, validationLoss }) => [step, -validationLoss!] as const);
  const best = Math.max(...points.map(([, bleu]) => bleu));
  return figure(
    lineChart({
      xLabel: "training steps",
      yLabel: "BLEU",
      series: [{ name: "BLEU", className: cell, points }],
      references: [],
      yDomain: [0, Math.max(1, best * 1.08)],
    }),
    null,
    `BLEU of greedy translations of validation sentences while training; the weights of step ${formatCount(fit.bestStep ?? fit.steps)} were kept.`,
    {
      head: ["step", "BLEU", "training loss"],
      rows: lines.map(({ step, validationLoss, trainLoss }) => [
        formatCount(step),
        formatScore(-validationLoss!),
        formatLoss(trainLoss),
      ]),
    },
  );
}

/** Evenly out of all, as they come. */
function samples({ pairs, evaluation: { translations } }: TranslationReport): Html {
  const count = Math.min(SAMPLES, pairs.length);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * pairs.length) / count));
  return html`<p class="soft">
      ${count < pairs.length ? `${count} of ${formatCount(pairs.length)}, evenly drawn, not chosen.` : ""}
    </p>
    ${chosen.map(
      (i) =>
        html`<dl dir="auto">
          <dt>source</dt>
          <dd dir="auto">${pairs[i].source}</dd>
          <dt>translation</dt>
          <dd dir="auto"><strong>${translations[i].text}</strong></dd>
          <dt>reference</dt>
          <dd dir="auto">${pairs[i].target}</dd>
        </dl>`,
    )}`;
}

function maps({ evaluation: { translations }, result }: TranslationReport): Html | null {
  const { cell, attention } = result.model.config;
  if (attention === "none") return null;
  const fitting = translations.filter(
    ({ sourceTokens, targetTokens }) =>
      sourceTokens.length >= 6 &&
      sourceTokens.length <= LONGEST_MAP &&
      targetTokens.length <= LONGEST_MAP,
  );
  const shown = (fitting.length > 0 ? fitting : translations).slice(0, MAPS);
  return html`<h2>Where it looked</h2>
    <p class="soft">
      Each row is a piece that was written; the darker a cell, the more attention the piece above it
      got. A dot begins a piece that goes on within a word; ■ is the end of the sentence.
    </p>
    ${shown.map((it) => attentionMap(it, `--${cell}`))}`;
}
