/**
 * @file The architectures at a glance, as measured.
 */

import type { ReportedRun } from "./report.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { formatCount, formatLoss, formatPercent, formatSpeed } from "../../terminal/numbers.ts";
import { renderTable, type Column } from "../../terminal/table.ts";
import type { Styler } from "../../terminal/terminal.ts";
import { highestBeyondChance, lowestBeyondChance } from "./noise.ts";
import { bestOf, type Baseline } from "./scores.ts";

/** Stands behind a number that is best beyond chance. */
const BEST = "*";

export interface Marks {
  /** The runs with the lowest loss beyond chance; none where chance alone may decide. */
  loss: number[];
  longRange: number[];
}

/** Who is best, where that is more than chance. */
export function marksOf(runs: readonly ReportedRun[], lossByBlock: readonly number[][]): Marks {
  const ranges = runs.map(({ longRange }) => longRange);
  return {
    loss: lowestBeyondChance(lossByBlock),
    longRange: ranges.every((range) => range !== null)
      ? highestBeyondChance(
          ranges.map(({ accuracy }) => accuracy),
          ranges[0].places,
        )
      : [],
  };
}

export function demoTable(
  runs: readonly ReportedRun[],
  baselines: readonly Baseline[],
  floor: number | null,
  marks: Marks,
  style: Styler,
): string {
  const hasRange = runs.some(({ longRange }) => longRange);
  const marked = (text: string, isBest: boolean) =>
    isBest ? style("bold", text + BEST) : `${text} `;
  const columns: Column[] = [
    { title: "", align: "left" },
    { title: "gates", align: "left" },
    { title: "parameters" },
    { title: "tokens/s" },
    { title: "nats/char " },
    ...(hasRange ? [{ title: "far back " }] : []),
  ];
  const rows = runs.map((run, i) => {
    const { name, color, gatesShort } = CELL_LOOKS[run.model.config.cell];
    return [
      style(color, name),
      gatesShort,
      formatCount(run.model.numParameters()),
      formatSpeed(run.tokensPerSecond),
      marked(formatLoss(run.evaluation.natsPerCharacter), marks.loss.includes(i)),
      ...(run.longRange
        ? [marked(formatPercent(run.longRange.accuracy), marks.longRange.includes(i))]
        : []),
    ];
  });
  const best = bestOf(baselines);
  rows.push([best.name, "", "", "", `${formatLoss(best.natsPerCharacter)} `, ""]);
  if (floor !== null) rows.push(["floor", "", "", "", `${formatLoss(floor)} `, ""]);
  return renderTable(columns, rows);
}

/** What the columns mean, and how far the numbers can be trusted. */
export function demoNotes(runs: readonly ReportedRun[], marks: Marks): string[] {
  const places = runs.at(0)?.longRange?.places;
  const notes: string[] = [];
  if (places !== undefined) {
    notes.push(
      `far back: how often the letter that an earlier word has decided (is or are, himself or herself) is preferred to its rival, at ${formatCount(places)} held-out places; chance is 50 %.`,
    );
  }
  notes.push(
    marks.loss.length + marks.longRange.length > 0
      ? `${BEST} best beyond the chance of this held-out text, alone or together; another seed for the training can still change it.`
      : "No model is better than the others beyond the chance of this held-out text.",
  );
  return notes;
}
