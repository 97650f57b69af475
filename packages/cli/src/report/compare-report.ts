/**
 * @file The report on a comparison.
 */

import type { ComparedCell, ComparisonResult, SizeBudget } from "unrolled";
import { formatScore } from "../compare/format.ts";
import {
  baselineSentence,
  BUDGET_TITLES,
  budgetsOf,
  costFacts,
  findings,
  modelsOf,
  scoreFacts,
  tableNotes,
} from "../compare/table.ts";
import { CELL_LOOKS } from "../terminal/cells.ts";
import { formatCount, formatPercent } from "../terminal/numbers.ts";
import { lineChart, type Series } from "./charts.ts";
import type { Facts } from "./describe.ts";
import { html, type Html } from "./html.ts";
import { figure, legend, madeBy, page, settingsList, table } from "./page.ts";

export interface CompareReport {
  title: string;
  about: string;
  command: string;
  settings: Facts;
  result: ComparisonResult;
}

export function compareReport({ title, about, command, settings, result }: CompareReport): string {
  const budgets = budgetsOf(result);
  return page(
    `${title} · Unrolled`,
    html`<h1>${title}</h1>
      <p class="soft">${about}</p>
      ${
        result.stoppedBy === "signal" &&
        html`<p><strong>Stopped early: what follows is what was finished.</strong></p>`
      }
      ${findings(result).map((sentence) => html`<p class="lead-text">${sentence}</p>`)}

      <h2>Architectures at a glance</h2>
      ${budgets.map(
        (budget) =>
          html`<h3>${BUDGET_TITLES[budget]}</h3>
            ${factTable(modelsOf(result, budget), scoreFacts(result))}`,
      )}
      <p class="soft">${baselineSentence(result)}</p>
      <h3>What it takes</h3>
      ${factTable(result.entries, costFacts(result))}

      <h2>Learning</h2>
      ${budgets.map(
        (budget) =>
          html`<h3>${BUDGET_TITLES[budget]}</h3>
            ${learningFigure(result, budget)}`,
      )}
      ${
        result.entries.some(({ memorySpan }) => memorySpan) &&
        html`<h2>Memory span</h2>
          ${spanFigure(result)}`
      }

      <h2>How it was measured</h2>
      ${tableNotes(result).map((note) => html`<p class="soft">${note}</p>`)}
      ${settingsList(settings)} ${madeBy(command)}`,
  );
}

function factTable(entries: readonly ComparedCell[], facts: ReturnType<typeof costFacts>): Html {
  return table({
    head: ["", ...facts.map(({ title }) => title)],
    rows: entries.map((entry) => [
      html`<span class="name ${entry.cell}">${CELL_LOOKS[entry.cell].name}</span>`,
      ...facts.map(({ value }) => value(entry)),
    ]),
  });
}

/** The mean over the seeds, and each seed faintly behind it. */
function learningFigure(result: ComparisonResult, budget: SizeBudget): Html {
  const models = modelsOf(result, budget).filter(({ runs }) => runs.some(isScored));
  const curves = models.map((model) => ({ model, points: meanCurve(model) }));
  const means = curves.map(({ model, points }): Series => {
    const { name, dash } = CELL_LOOKS[model.cell];
    return { name, className: model.cell, dash, points };
  });
  const seeds = models.flatMap(({ cell, runs }) =>
    runs.filter(isScored).map(({ points, seed }): Series => ({
      name: `${CELL_LOOKS[cell].name}, seed ${seed}`,
      className: cell,
      dash: "1 4",
      isFaint: true,
      points: points.map(({ step, score }) => [step, score] as const),
    })),
  );
  const { task } = result;
  const scores = [...means, ...seeds].flatMap(({ points }) => points.map(([, y]) => y));
  const shown = [...scores, ...task.baselines.map(({ score }) => score)];
  const high = [...shown].sort((a, b) => a - b)[Math.floor(shown.length * 0.95)] ?? 1;
  const low = Math.min(...shown, high);
  const room = (high - low) * 0.06 || 0.1;
  const steps = [...new Set(curves.flatMap(({ points }) => points.map(([step]) => step)))];
  return figure(
    lineChart({
      xLabel: "training steps",
      yLabel: task.score.name,
      series: [...seeds, ...means],
      references: task.baselines.map(({ name, score }) => ({ name: shortName(name), y: score })),
      yDomain: [low >= 0 ? Math.max(0, low - room) : low - room, high + room],
    }),
    legend(means.map(({ name, className, dash }) => ({ name, className, dash }))),
    curves
      .map(({ model, points }) => {
        const [[from, first], [to, last]] = [points[0], points.at(-1)!];
        return `${CELL_LOOKS[model.cell].name}: ${formatScore(first)} at step ${formatCount(from)}, ${formatScore(last)} at step ${formatCount(to)}.`;
      })
      .join(" ") + " Thick: the mean over the seeds; thin: each seed.",
    {
      head: ["step", ...means.map(({ name }) => name)],
      rows: steps.map((step) => [
        formatCount(step),
        ...curves.map(({ points }) => {
          const point = points.find(([at]) => at === step);
          return point ? formatScore(point[1]) : "";
        }),
      ]),
    },
  );
}

function isScored({ points }: { points: readonly unknown[] }): boolean {
  return points.length > 0;
}

function meanCurve({ runs }: ComparedCell): (readonly [step: number, score: number])[] {
  const scored = runs.filter(isScored);
  return scored[0].points.map(({ step }, i) => {
    const sum = scored.reduce((total, { points }) => total + points[i].score, 0);
    return [step, sum / scored.length] as const;
  });
}

/** How often each model was right at each lag it was trained at. */
function spanFigure(result: ComparisonResult): Html {
  const models = result.entries.filter(({ memorySpan }) => memorySpan);
  const nameOf = ({ cell, hiddenSize }: ComparedCell) =>
    `${CELL_LOOKS[cell].name}, ${hiddenSize} hidden`;
  const series = models.map((model, i): Series => {
    const points = model
      .memorySpan!.tried.map(({ lag, successRate }) => [lag, successRate] as const)
      .reverse();
    const isSecond = models.findIndex(({ cell }) => cell === model.cell) < i;
    // A point alone draws no line: give it a little width.
    const drawn =
      points.length > 1 ? points : [[points[0][0] * 0.97, points[0][1]] as const, ...points];
    const { dash } = CELL_LOOKS[model.cell];
    return {
      name: nameOf(model),
      className: model.cell,
      dash: isSecond ? "2 6" : dash,
      points: drawn,
    };
  });
  const lags = [
    ...new Set(models.flatMap(({ memorySpan }) => memorySpan!.tried.map(({ lag }) => lag))),
  ];
  lags.sort((a, b) => a - b);
  return figure(
    lineChart({
      xLabel: "lag, in steps",
      yLabel: "right",
      series,
      references: [{ name: "solved from", y: 0.9 }],
      yDomain: [0, 1.02],
    }),
    legend(series.map(({ name, className, dash }) => ({ name, className, dash }))),
    "Share of test sequences right, as a mean over the seeds, of models trained at each lag. A cell that solves the first lag is not tried at shorter ones.",
    {
      head: ["lag", ...models.map(nameOf)],
      rows: lags.map((lag) => [
        formatCount(lag),
        ...models.map(({ memorySpan }) => {
          const tried = memorySpan!.tried.find((it) => it.lag === lag);
          return tried ? formatPercent(tried.successRate) : "";
        }),
      ]),
    },
  );
}

/** There is little room on the right of a plot. */
function shortName(name: string): string {
  return name.length > 12 ? "baseline" : name;
}
