/**
 * @file `unrolled eval` with a forecaster: a backtest on a table, beside the baselines.
 */

import type { Command } from "commander";
import {
  classicalForecasters,
  fittedForecaster,
  loadForecastModel,
  rowsFrom,
  type Backtest,
  type SeriesSet,
} from "unrolled/tasks/forecast";
import { addExamples } from "../../commands/examples.ts";
import { wholeNumber } from "../../commands/options.ts";
import { modelReader } from "../../files/model-directory.ts";
import type { TableOptions } from "../../files/read-table.ts";
import { writeWhole } from "../../files/write.ts";
import { CELL_LOOKS } from "../../terminal/cells.ts";
import { commandLine } from "../../terminal/invocation.ts";
import { plural } from "../../terminal/numbers.ts";
import { createTerminal } from "../../terminal/terminal.ts";
import {
  networkShare,
  NO_ADVICE,
  priceVerdict,
  scoreTable,
  verdict,
  type Comparison,
} from "./comparison.ts";
import { addTableOptions, observedPart, readSeriesFile } from "./data.ts";
import { noted, readDataFacts, type DataFacts } from "./facts.ts";
import { notedSource } from "./noted-file.ts";
import { formatTime } from "./numbers.ts";
import { planForecast, testSize, type ForecastPlan } from "./plan.ts";
import { forecastReport } from "./report.ts";
import { measuring } from "./train.ts";

interface EvalOptions extends TableOptions {
  horizon?: number;
  test?: number;
  stride?: number;
  out?: string;
  json?: true;
}

export function setUpEval(command: Command): void {
  command
    .description(
      "Measures a forecaster on the last part of a table: of the training table, the part that was held out; of another, what is later than training. The baselines are fitted on the rows before it.",
    )
    .argument("<file>", "a table with the columns of the training table; - is standard input")
    .option("--horizon <n>", "steps to forecast, at most those trained for", wholeNumber(1))
    .option("--test <n>", "measured at the end: a number of steps, or a share", testSize)
    .option("--stride <n>", "rows from one forecast to the next", wholeNumber(1))
    .option("-o, --out <file.html>", "write a report");
  addTableOptions(command);
  command.action(evalCommand);
  addExamples(command, ["unrolled eval runs/prices-lstm newer-prices.csv"]);
}

async function evalCommand(directory: string, file: string, options: EvalOptions): Promise<void> {
  const terminal = createTerminal(options.json ?? false);
  const model = loadForecastModel(modelReader(directory));
  const facts = readDataFacts(directory);
  const data = await readSeriesFile(file, options, facts.schema);
  const set = observedPart(data.set);
  const isSame = notedSource(directory)?.sha256 === data.source.sha256;
  const { plan, says } = planEvaluation(set, facts, isSame, options);
  terminal.say(`${data.name}: ${plural(data.rows, "row")}. ${says}`);

  const measure = measuring(terminal, { set }, plan, model.config.seed);
  const baselines: Backtest[] = [];
  for (const forecaster of classicalForecasters(plan.season))
    baselines.push(await measure(forecaster));
  const measured = await measure(fittedForecaster(model));
  terminal.live("");
  const look = CELL_LOOKS[model.config.cell];
  const comparison: Comparison = {
    model: measured,
    modelName: look.name,
    baselines,
    horizon: plan.horizon,
    stride: plan.stride,
    targets: set.targets,
    series: set.series.length,
    isPrice: facts.isPrice,
    networkShare: networkShare(model),
  };
  terminal.event({ type: "evaluation", ...noted(measured), baselines: baselines.map(noted) });
  terminal.print();
  terminal.say(verdict(comparison));
  if (facts.isPrice) terminal.say(`${priceVerdict(comparison)} ${NO_ADVICE}`.trim());
  terminal.print();
  terminal.print(scoreTable(comparison, terminal.style(look.color, look.name)));
  if (options.out === undefined) return;
  const report = forecastReport({
    title: `${set.targets.join(", ")} of ${data.name}, forecast by ${directory}`,
    command: commandLine("eval", directory, file),
    settings: [
      ["model", directory],
      ["data", data.name],
    ],
    notes: data.notes,
    set,
    plan,
    comparison,
    training: null,
  });
  writeWhole(options.out, report);
  terminal.print();
  terminal.print(`Report   ${options.out}`);
}

/** Which rows count: those held out in training, those after it, or the last part of another table. */
function planEvaluation(
  set: SeriesSet,
  facts: DataFacts,
  isSame: boolean,
  options: EvalOptions,
): { plan: ForecastPlan; says: string } {
  const horizon = options.horizon ?? facts.horizon;
  const test = options.test ?? facts.test;
  const stride = options.stride ?? (isSame ? facts.stride : undefined);
  const plan = { ...planForecast(set, { horizon, test, stride }), season: facts.season };
  if (isSame && options.test === undefined) {
    return {
      plan,
      says: "The model was trained on this table, so only the part that was held out counts.",
    };
  }
  const { unit } = set.frequency;
  const isNew = rowsFrom(facts.trainedUntil);
  const newRows = Math.max(...set.series.map((series) => series.times.length - isNew(series)));
  // Without times nobody can tell which rows the model has seen.
  if (unit === "step" || newRows < horizon || options.test !== undefined) {
    const from = formatTime(
      Math.min(...set.series.map((series) => series.times[plan.from(series)] ?? Infinity)),
      unit,
    );
    return { plan, says: `Measured from ${from} on.` };
  }
  const anyBefore = set.series.some((series) => isNew(series) >= 8);
  if (!anyBefore)
    return {
      plan,
      says: "All of it is later than what the model was trained on; the last part counts, and the baselines are fitted on the rest.",
    };
  return {
    plan: { ...plan, from: isNew },
    says: `Only what is later than training counts: ${plural(newRows, "row")} after ${formatTime(facts.trainedUntil - 1, unit)}.`,
  };
}
