/**
 * @file `unrolled run <forecaster> <file> --anomalies`: what in a table the forecaster did not expect.
 */

import {
  detectAnomalies,
  type AnomalyScore,
  type ForecastModel,
  type SeriesSet,
} from "unrolled/tasks/forecast";
import { FailureError } from "../../errors.ts";
import { writeWhole } from "../../files/write.ts";
import { plural } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { formatNumber, formatTime } from "./numbers.ts";

/** So many alarms are shown; a file has them all. */
const SHOWN = 30;

export interface AnomalyCommandOptions {
  falseAlarms: number;
  out?: string;
}

interface Found {
  id: string;
  target: string;
  scores: AnomalyScore[];
}

/** Scores every row of every series, but for the first ones, which are what the forecaster begins with. */
export function findAnomalies(
  terminal: Terminal,
  model: ForecastModel,
  set: SeriesSet,
  { falseAlarms, out }: AnomalyCommandOptions,
): void {
  const found = set.series.flatMap((series): Found[] => {
    const from = Math.min(model.recipe.window, Math.floor(series.times.length / 2));
    if (from < 1) return [];
    return set.targets.map((target) => ({
      id: series.id,
      target,
      scores: detectAnomalies(model, series, { target, from, falseAlarmRate: falseAlarms }),
    }));
  });
  if (found.length === 0) throw new FailureError("The table has too few rows to look at any.");
  for (const { id, target, scores } of found) {
    const alarms = scores.filter(({ isAnomaly }) => isAnomaly);
    terminal.event({ type: "anomalies", target, ...(id && { id }), rows: scores.length, alarms });
  }
  if (out) {
    writeWhole(out, csvOf(found, set.frequency.unit));
    terminal.print(`Wrote ${out}.`);
    return;
  }
  for (const { id, target, scores } of found) {
    const alarms = scores.filter(({ isAnomaly }) => isAnomaly);
    const name = `${target}${id && ` of ${id}`}`;
    const expected = formatNumber(falseAlarms * scores.length);
    terminal.print(
      `${name}: ${plural(alarms.length, "alarm")} in ${plural(scores.length, "row")}; without anomalies about ${expected} would be.`,
    );
    if (alarms.length > 0) terminal.print(`\n${tableOf(alarms, set.frequency.unit)}`);
    if (alarms.length > SHOWN) {
      terminal.print(`… and ${plural(alarms.length - SHOWN, "more")}: -o writes all.`);
    }
    terminal.print();
  }
}

function tableOf(alarms: readonly AnomalyScore[], unit: string): string {
  return renderTable(
    [
      { title: "time", align: "left" },
      { title: "value" },
      { title: "expected" },
      { title: "from" },
      { title: "to" },
      { title: "score" },
    ],
    alarms
      .slice(0, SHOWN)
      .map(({ time, value, expected, lower, upper, score }) => [
        formatTime(time, unit),
        ...[value, expected, lower, upper].map(formatNumber),
        score.toFixed(1),
      ]),
  );
}

function csvOf(found: readonly Found[], unit: string): string {
  const lines = ["id,target,time,value,score,alarm,expected,lower,upper"];
  for (const { id, target, scores } of found) {
    const quoted = [id, target].map((text) => `"${text.replaceAll('"', '""')}"`).join(",");
    for (const { time, value, score, isAnomaly, expected, lower, upper } of scores) {
      const numbers = [value, score].map((it) => (Number.isNaN(it) ? "" : it));
      lines.push(
        [
          quoted,
          formatTime(time, unit),
          ...numbers,
          Number(isAnomaly),
          expected,
          lower,
          upper,
        ].join(","),
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
