/**
 * @file The report on one or several trained models of the same text.
 */

import type { LongRangeScore, ScoredToken, TextResult } from "unrolled/tasks/text";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import {
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatPerplexity,
  formatSpeed,
} from "../../terminal/numbers.ts";
import { bestOf, verdict, type Baseline } from "./scores.ts";
import { barChart, lineChart, type Bar, type Reference } from "../../report/charts.ts";
import type { Facts } from "../../report/describe.ts";
import { html, type Html } from "../../report/html.ts";
import { figure, legend, madeBy, page, settingsList, table } from "../../report/page.ts";
import { SURPRISE_STYLE, surpriseHtml } from "./surprise.ts";

export interface ReportedRun extends Pick<TextResult, "model" | "fit" | "evaluation"> {
  sample: string;
  tokensPerSecond: number;
  /** Whether the model prefers what is right where that was decided far back; if that is known. */
  longRange: LongRangeScore | null;
}

export interface TextReport {
  title: string;
  /** What makes this report again. */
  command: string;
  settings: Facts;
  baselines: readonly Baseline[];
  /** On what the curve of learning is measured on. Default: `baselines`. */
  baselinesOnValidation?: readonly Baseline[];
  runs: readonly ReportedRun[];
  /** Nats per token below which nothing can go, where the source of the text is known. */
  floor: number | null;
  /** Held-out text, and how it surprised the model. Default: nothing to show. */
  passage?: readonly ScoredToken[];
  /** What the text is, if it is not a file. */
  about?: string;
}

export function textReport(report: TextReport): string {
  const { title, command, settings, baselines, runs, about, passage = [] } = report;
  return page(
    `${title} · Unrolled`,
    html`<h1>${title}</h1>
      ${about && html`<p class="soft">${about}</p>`}
      <p class="lead-text">${verdict(scored(runs), baselines)}</p>

      <h2>Score</h2>
      ${scoreFigure(report)}

      <h2>Learning</h2>
      ${lossFigure(report)}

      <h2>${runs.length > 1 ? "Architectures at a glance" : "The model"}</h2>
      ${glance(report)}
      ${
        runs.some(({ longRange }) => longRange) &&
        html`<h2>Memory</h2>
          ${memoryFigure(runs)}`
      }

      <h2>${runs.length > 1 ? "Samples" : "A sample"}</h2>
      ${runs.map(
        (run) =>
          html`${runs.length > 1 && html`<h3>${cellName(run)}</h3>`}
            <pre>${run.sample.trim()}</pre>`,
      )}
      ${
        passage.length > 0 &&
        html`<h2>What surprises it</h2>
          <p class="soft">
            The first of the held-out text, read with nothing before it. Pointing at a colour tells
            the surprise, and what the model held likelier.
          </p>
          ${surpriseHtml(passage)}`
      }

      <h2>Settings</h2>
      ${settingsList(settings)} ${madeBy(command)}`,
    SURPRISE_STYLE,
  );
}

function scoreFigure({ baselines, runs, floor }: TextReport): Html {
  const bars: Bar[] = [
    ...baselines.map(({ name, natsPerCharacter }) => ({
      name,
      value: natsPerCharacter,
      className: "",
    })),
    ...runs.map((run) => ({
      name: lookOf(run).name,
      value: run.evaluation.natsPerCharacter,
      className: run.model.config.cell,
    })),
    ...(floor === null ? [] : [{ name: "floor", value: floor, className: "" }]),
  ];
  const best = runs.reduce((a, b) =>
    b.evaluation.natsPerCharacter < a.evaluation.natsPerCharacter ? b : a,
  );
  const toBeat = bestOf(baselines);
  return figure(
    barChart(bars),
    null,
    `Nats per character on held-out text; shorter is better. The lowest model, the ${lookOf(best).name}, reaches ${formatLoss(best.evaluation.natsPerCharacter)}; ` +
      `the best baseline, ${toBeat.name}, ${formatLoss(toBeat.natsPerCharacter)}` +
      `${floor === null ? "" : `; nothing can go below ${formatLoss(floor)}`}. Grey is what needs no learning.`,
    {
      head: ["", "nats/char", "bits/char", "perplexity"],
      rows: [
        ...baselines.map((it) => [it.name, ...numbers(it)]),
        ...runs.map((run) => [lookOf(run).name, ...numbers(run.evaluation)]),
      ],
    },
  );
}

function numbers(it: { natsPerCharacter: number; natsPerToken: number }): string[] {
  const bits = it.natsPerCharacter / Math.LN2;
  return [
    formatLoss(it.natsPerCharacter),
    formatLoss(bits),
    formatPerplexity(Math.exp(it.natsPerToken)),
  ];
}

function lossFigure(report: TextReport): Html {
  const { runs, floor, baselinesOnValidation: baselines = report.baselines } = report;
  const series = runs.flatMap((run) => {
    const { cell } = run.model.config;
    const { name, dash } = lookOf(run);
    const lines = run.fit.history;
    const measured = lines.filter((line) => line.validationLoss !== null);
    const held = measured.map(({ step, validationLoss }) => [step, validationLoss!] as const);
    const trained = lines.map(({ step, trainLoss }) => [step, trainLoss] as const);
    const both = [{ name: `${name}, held-out`, className: cell, dash, points: held }];
    // With several models the training losses would hide what is compared.
    if (runs.length > 1) return both;
    return [
      ...both,
      { name: `${name}, training`, className: cell, dash: "1 4", points: trained, isFaint: true },
    ];
  });
  const references: Reference[] = [
    ...baselines.map(({ name, natsPerToken }) => ({ name, y: natsPerToken })),
    ...(floor === null ? [] : [{ name: "floor", y: floor }]),
  ];
  const perStep = runs.map((run) => new Map(run.fit.history.map((line) => [line.step, line])));
  const steps = [...new Set(perStep.flatMap((lines) => [...lines.keys()]))].sort((a, b) => a - b);
  const lossAt = (lines: (typeof perStep)[number], step: number) => {
    const line = lines.get(step);
    return line ? formatLoss(line.validationLoss ?? line.trainLoss) : "";
  };

  return figure(
    lineChart({
      xLabel: "training steps",
      yLabel: "nats per token",
      series,
      references,
      yDomain: lossDomain(
        series.flatMap(({ points }) => points.map(([, y]) => y)),
        [bestOf(baselines).natsPerToken, ...(floor === null ? [] : [floor])],
      ),
    }),
    legend(series),
    runs.map((run) => describeCurve(run)).join(" "),
    {
      head: ["step", ...runs.map((run) => `${lookOf(run).name}, held-out`)],
      rows: steps.map((step) => [
        formatCount(step),
        ...perStep.map((lines) => lossAt(lines, step)),
      ]),
    },
  );
}

/**
 * From below everything to where four in five of the losses lie: the fall at the beginning, far
 * above, would flatten the part where the models differ. What they are compared with is in it too.
 */
function lossDomain(losses: readonly number[], compared: readonly number[]): [number, number] {
  const most = [...losses].sort((a, b) => a - b)[Math.floor(losses.length * 0.8)];
  const low = Math.min(...losses, ...compared);
  const high = Math.max(most, ...compared);
  const room = (high - low) * 0.06 || 0.1;
  return [Math.max(0, low - room), high + room];
}

function describeCurve(run: ReportedRun): string {
  const { name } = lookOf(run);
  const measured = run.fit.history.filter((line) => line.validationLoss !== null);
  const first = measured.at(0);
  if (!first || run.fit.bestLoss === null) return "";
  return (
    `The ${name}'s loss on held-out text falls from ${formatLoss(first.validationLoss!)} at step ${formatCount(first.step)} ` +
    `to ${formatLoss(run.fit.bestLoss)} at step ${formatCount(run.fit.bestStep ?? run.fit.steps)}.`
  );
}

/** Accuracy against distance: how far back each model remembers. */
function memoryFigure(runs: readonly ReportedRun[]): Html {
  const series = runs.flatMap((run) => {
    const { name, dash } = lookOf(run);
    const points = (run.longRange?.byDistance ?? [])
      .filter(({ places }) => places >= MIN_PLACES)
      .map(({ from, to, accuracy }) => [(from + to) / 2, accuracy] as const);
    return points.length > 0 ? [{ name, className: run.model.config.cell, dash, points }] : [];
  });
  const classes = runs[0].longRange?.byDistance ?? [];
  const overall = runs.map((run) => {
    const { accuracy, standardError } = run.longRange!;
    return `${lookOf(run).name} ${formatPercent(accuracy)} (± ${formatPercent(standardError)})`;
  });
  return figure(
    lineChart({
      xLabel: "characters back to what decided it",
      yLabel: "right",
      series,
      references: [{ name: "chance", y: 0.5 }],
      yDomain: [0.4, 1.02],
    }),
    legend(series),
    `How often a model prefers the right one of two letters where an earlier word has decided which. Over all distances: ${overall.join(", ")}. ` +
      "The ± is one standard error of this held-out text; another seed for the training adds its own.",
    {
      head: ["characters back", "places", ...runs.map((run) => lookOf(run).name)],
      rows: classes.map(({ from, to, places }, i) => [
        `${from} to ${to - 1}`,
        formatCount(places),
        ...runs.map((run) => formatPercent(run.longRange?.byDistance[i]?.accuracy ?? NaN)),
      ]),
    },
  );
}

/** Fewer places in a class of distances than this are too few to draw. */
const MIN_PLACES = 20;

function glance({ runs }: TextReport): Html {
  const rows: [string, (run: ReportedRun) => string][] = [
    ["gates", (run) => (runs.length > 1 ? lookOf(run).gatesShort : lookOf(run).gates)],
    ["parameters", (run) => formatCount(run.model.numParameters())],
    ["training, tokens/s", (run) => formatSpeed(run.tokensPerSecond)],
    ["training time", (run) => formatDuration(run.fit.seconds)],
    ["steps", (run) => formatCount(run.fit.steps)],
    ["nats per character", (run) => formatLoss(run.evaluation.natsPerCharacter)],
    ["perplexity", (run) => formatPerplexity(run.evaluation.perplexity)],
  ];
  if (runs.some((run) => run.longRange)) {
    rows.push([
      "right, far back",
      (run) => (run.longRange ? formatPercent(run.longRange.accuracy) : ""),
    ]);
  }
  return table({
    head: ["", ...runs.map((run) => lookOf(run).name)],
    rows: rows.map(([name, value]) => [name, ...runs.map(value)]),
  });
}

function scored(runs: readonly ReportedRun[]) {
  return runs.map((run) => ({ name: lookOf(run).name, evaluation: run.evaluation }));
}

function cellName(run: ReportedRun): Html {
  return html`<span class="name ${run.model.config.cell}">${lookOf(run).name}</span>`;
}

function lookOf(run: ReportedRun) {
  return CELL_LOOKS[run.model.config.cell];
}
