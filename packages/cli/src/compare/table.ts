/**
 * @file A comparison in the terminal: the architectures at a glance, and what can be said of them.
 */

import type { ComparedCell, ComparisonResult, SizeBudget } from "unrolled";
import { CELL_LOOKS } from "../terminal/cells.ts";
import { formatBytes, formatCount, formatRate, formatSpeed } from "../terminal/numbers.ts";
import { renderTable, type Column } from "../terminal/table.ts";
import type { Styler } from "../terminal/terminal.ts";
import { formatEstimate, formatScore, formatSpan, formatTime } from "./format.ts";

export const BUDGET_TITLES: Readonly<Record<SizeBudget, string>> = {
  "equal-hidden": "Equal hidden size",
  "equal-parameters": "Equal number of parameters",
};

/** The models of a budget, in the order of the cells. */
export function modelsOf(result: ComparisonResult, budget: SizeBudget): ComparedCell[] {
  const { cells } = result.settings;
  return result.entries
    .filter(({ budgets }) => budgets.includes(budget))
    .sort((a, b) => cells.indexOf(a.cell) - cells.indexOf(b.cell));
}

export function budgetsOf({ entries }: ComparisonResult): SizeBudget[] {
  return (Object.keys(BUDGET_TITLES) as SizeBudget[]).filter((budget) =>
    entries.some(({ budgets }) => budgets.includes(budget)),
  );
}

interface Fact {
  title: string;
  value: (entry: ComparedCell) => string;
}

/** What came out; what no model has gets no column. */
export function scoreFacts({ entries, task }: ComparisonResult): Fact[] {
  const solved: Fact = {
    title: "solved",
    value: ({ solved: it }) => (it ? `${it.runs} of ${it.of}` : "–"),
  };
  const span: Fact = { title: "memory span", value: ({ memorySpan }) => formatSpan(memorySpan) };
  return [
    { title: "gates", value: ({ cell }) => CELL_LOOKS[cell].gatesShort },
    { title: "hidden", value: ({ hiddenSize }) => formatCount(hiddenSize) },
    { title: "parameters", value: ({ parameters }) => formatCount(parameters) },
    { title: task.score.name, value: formatEstimate },
    ...(entries.some((entry) => entry.solved) ? [solved] : []),
    ...(entries.some((entry) => entry.memorySpan) ? [span] : []),
  ];
}

/** What it takes. */
export function costFacts({ task }: ComparisonResult): Fact[] {
  const time = (seconds: number | null | undefined) => (seconds ? formatTime(seconds) : "–");
  return [
    { title: "hidden", value: ({ hiddenSize }) => formatCount(hiddenSize) },
    { title: "training step", value: ({ speed }) => time(speed?.trainingStepSeconds) },
    {
      title: `${task.items}/s`,
      value: ({ speed }) => (speed ? formatSpeed(speed.itemsPerSecond) : "–"),
    },
    { title: "streaming step", value: ({ speed }) => time(speed?.streamingStepSeconds) },
    { title: "memory", value: ({ memory }) => formatMemory(memory) },
    { title: "best lr", value: ({ lr }) => (lr === null ? "–" : formatRate(lr)) },
  ];
}

function formatMemory({ parameters, activations }: ComparedCell["memory"]): string {
  return activations === null
    ? `> ${formatBytes(parameters)}`
    : formatBytes(parameters + activations);
}

/** The scores, budget by budget. */
export function scoreTable(result: ComparisonResult, style: Styler): string {
  const facts = scoreFacts(result);
  const columns: Column[] = [
    { title: "", align: "left" },
    ...facts.map(({ title }, i): Column => ({ title, align: i === 0 ? "left" : "right" })),
  ];
  const rows = budgetsOf(result).flatMap((budget, i) => [
    ...(i === 0 ? [] : [[""]]),
    [style("dim", budget.replace("-", " "))],
    ...modelsOf(result, budget).map((entry) => rowOf(entry, facts, style)),
  ]);
  return renderTable(columns, rows);
}

/** The costs, each model once. */
export function costTable(result: ComparisonResult, style: Styler): string {
  const facts = costFacts(result);
  return renderTable(
    [{ title: "", align: "left" }, ...facts.map(({ title }) => ({ title }))],
    result.entries.map((entry) => rowOf(entry, facts, style)),
  );
}

function rowOf(entry: ComparedCell, facts: readonly Fact[], style: Styler): string[] {
  const { color, name } = CELL_LOOKS[entry.cell];
  return [style(color, name), ...facts.map(({ value }) => value(entry))];
}

/** What is reached by other means. */
export function baselineSentence({ task }: ComparisonResult): string {
  const scores = task.baselines.map(({ name, score }) => `${name} ${formatScore(score)}`);
  return `Without a network, ${task.score.name}: ${scores.join("; ")}.`;
}

/** What the numbers say, sentence by sentence. */
export function findings(result: ComparisonResult): string[] {
  const { task, settings } = result;
  const sentences = budgetsOf(result).flatMap((budget) => {
    const models = modelsOf(result, budget).filter(({ runs }) => runs.length > 0);
    if (models.length === 0) return [];
    const said = [...solvedSentence(models), ...differenceSentences(result, budget)];
    return said.length > 0 ? [`${BUDGET_TITLES[budget]}: ${said.join(" ")}`] : [];
  });
  if (settings.seeds.length < 2) {
    sentences.push("With one seed nobody can say what is noise: --seeds 5.");
  }
  const [first] = task.baselines;
  const worse = result.entries.filter(({ score }) => {
    if (!score || !first) return false;
    const best = bestBaseline(result);
    return task.score.better === "lower" ? score.low > best.score : score.high < best.score;
  });
  if (worse.length > 0) {
    const names = [...new Set(worse.map(({ cell }) => CELL_LOOKS[cell].name))];
    sentences.push(`Worse than ${bestBaseline(result).name}: ${list(names)}.`);
  }
  return sentences;
}

function bestBaseline({ task }: ComparisonResult) {
  const sign = task.score.better === "lower" ? 1 : -1;
  return task.baselines.reduce((a, b) => (sign * b.score < sign * a.score ? b : a));
}

function solvedSentence(models: readonly ComparedCell[]): string[] {
  if (models.some(({ solved }) => solved === null)) return [];
  const nameOf = ({ cell }: ComparedCell) => CELL_LOOKS[cell].name;
  const all = models.filter(({ solved }) => solved!.runs === solved!.of).map(nameOf);
  const none = models.filter(({ solved }) => solved!.runs === 0).map(nameOf);
  const some = models.filter(({ solved: it }) => it!.runs > 0 && it!.runs < it!.of);
  return [
    ...(all.length > 0 ? [`${list(all)} solved it in every seed.`] : []),
    ...some.map((it) => `${nameOf(it)} solved it in ${it.solved!.runs} of ${it.solved!.of} seeds.`),
    ...(none.length > 0 ? [`${list(none)} solved it in no seed.`] : []),
  ];
}

function differenceSentences({ differences }: ComparisonResult, budget: SizeBudget): string[] {
  const pairs = differences.filter((it) => it.budget === budget);
  return pairs.map(({ a, b, better, pValue, mean }) => {
    const [one, other] = [CELL_LOOKS[a].name, CELL_LOOKS[b].name];
    if (better === null) return `${one} and ${other} differ within noise (${formatP(pValue)}).`;
    const [winner, loser] = better === a ? [one, other] : [other, one];
    return `${winner} is better than ${loser} by ${formatScore(Math.abs(mean))} (${formatP(pValue)}).`;
  });
}

function formatP(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

function list(names: readonly string[]): string {
  return names.length < 2
    ? (names[0] ?? "")
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What the columns mean, and how far they can be trusted. */
export function tableNotes(result: ComparisonResult): string[] {
  const { settings, task, entries } = result;
  const { seeds, steps, engine, threads } = settings;
  const notes = [
    `${task.score.name}: on test data, ${seeds.length > 1 ? `mean of ${seeds.length} seeds ± half of the 95 % interval of that mean` : "of one seed"}, after ${formatCount(steps)} steps; ${task.score.better} is better. Differences are called noise by Student's paired test over the seeds, at 5 %, corrected for the number of pairs (Holm).`,
    `Times: medians, measured one model at a time, ${threads === 1 ? "1 thread" : `${threads} threads`}, ${engine} engine; times depend on the machine.`,
    "memory: counted, not measured: 16 bytes a parameter (weight, gradient, AdamW's two means) and what the layer keeps of a batch for its backward pass.",
  ];
  if (entries.some(({ solved }) => solved)) {
    notes.push("solved: seeds with at least 90 % of 1,000 test sequences right.");
  }
  if (entries.some(({ memorySpan }) => memorySpan)) {
    notes.push(
      "span: the longest lag at which 90 % are right, as a mean over the seeds, each cell trained anew at each lag tried, with a learning rate chosen anew; ≥: nothing longer was tried; ?: out of time.",
    );
  }
  return notes;
}
