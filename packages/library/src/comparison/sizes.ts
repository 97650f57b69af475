/**
 * @file How large each cell's model is to be: the same hidden size, or the same number of parameters.
 */

import { ArgumentError } from "../core/errors.ts";
import { defaultGenerator } from "../tensor/random.ts";
import { CELL_INFOS, type CellName } from "./cells.ts";
import type { ComparableTask } from "./task.ts";

/**
 * What is made equal. `"equal-parameters"`: every model has as many parameters as the largest has at
 * equal hidden size, to the nearest hidden size.
 */
export type SizeBudget = "equal-hidden" | "equal-parameters";

/** One model to be trained: a cell at a size. Where both budgets lead to the same, it is trained once. */
export interface SizedCell {
  cell: CellName;
  budgets: SizeBudget[];
  hiddenSize: number;
  /** Of the whole model. */
  parameters: number;
}

/** Beyond this nothing is trained in a comparison, and the search ends. */
const MOST_FEATURES = 1 << 16;

/** The models that a comparison trains: by budget, and in each in the order of the cells. */
export function sizedCells(
  task: ComparableTask,
  cells: readonly CellName[],
  hiddenSize: number,
  budgets: readonly SizeBudget[],
): SizedCell[] {
  const sized: SizedCell[] = [];
  const add = (cell: CellName, size: number, budget: SizeBudget) => {
    const known = sized.find((it) => it.cell === cell && it.hiddenSize === size);
    if (known) known.budgets.push(budget);
    else {
      const parameters = parametersOf(task, cell, size);
      sized.push({ cell, budgets: [budget], hiddenSize: size, parameters });
    }
  };
  const largest = Math.max(...cells.map((cell) => parametersOf(task, cell, hiddenSize)));
  for (const budget of budgets) {
    for (const cell of cells) {
      const isEqualHidden = budget === "equal-hidden";
      add(cell, isEqualHidden ? hiddenSize : sizeFor(task, cell, largest), budget);
    }
  }
  return sized;
}

/** The hidden size whose model has a number of parameters nearest to `wanted`: by halving. */
export function sizeFor(task: ComparableTask, cell: CellName, wanted: number): number {
  const count = (size: number) => parametersOf(task, cell, size);
  let high = 1;
  while (count(high) < wanted) {
    high *= 2;
    if (high <= MOST_FEATURES) continue;
    throw new ArgumentError(
      `compare: found no hidden size at which the ${CELL_INFOS[cell].title} has ${wanted} parameters.`,
    );
  }
  let low = high >> 1; // below `wanted`, or 0
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (count(middle) < wanted) low = middle;
    else high = middle;
  }
  if (low === 0) return high;
  return wanted - count(low) < count(high) - wanted ? low : high;
}

function parametersOf(task: ComparableTask, cell: CellName, hiddenSize: number): number {
  const before = defaultGenerator.getState();
  try {
    return task.createModel(cell, hiddenSize).numParameters();
  } finally {
    defaultGenerator.setState(before);
  }
}
