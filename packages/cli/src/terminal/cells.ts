/**
 * @file What each kind of cell is called and looks like, wherever it is shown: the course's palette,
 * and more of its kind for cells that the course does not draw.
 */

import { CELL_INFOS, CELL_NAMES, type CellName } from "unrolled";
import { PALETTE, type Look } from "unrolled-course/palette";

/** Those that are shown side by side unless somebody asks for others. */
export const CELLS: readonly CellName[] = ["rnn", "lstm", "gru"];

export interface CellLook extends Look {
  /** How many gates, and which; short, with the letters that the formulas use. */
  gates: string;
  gatesShort: string;
}

// prettier-ignore
const LOOKS: Record<CellName, Omit<Look, "name"> & { gatesShort: string }> = {
  rnn:              { ...PALETTE.rnn, gatesShort: "none" },
  lstm:             { ...PALETTE.lstm, gatesShort: "3: i f o" },
  gru:              { ...PALETTE.gru, gatesShort: "2: r z" },
  mingru:           { light: "#4d7300", dark: "#a9cf4e", dash: "7 3 2 3", color: "greenBright", gatesShort: "1: u" },
  minlstm:          { light: "#04738a", dark: "#56c7dc", dash: "10 4", color: "cyan", gatesShort: "2: f i" },
  irnn:             { light: "#b8400a", dark: "#ff9163", dash: "1 2", color: "redBright", gatesShort: "none" },
  "layernorm-lstm": { light: "#5a4fc0", dark: "#aea4ff", dash: "12 2", color: "magentaBright", gatesShort: "3: i f o" },
  window:           { ...PALETTE.feedforward, gatesShort: "none" },
};

export const CELL_LOOKS = Object.fromEntries(
  CELL_NAMES.map((cell) => {
    const { title, gates, gateNames } = CELL_INFOS[cell];
    const named = gates === 0 ? "none" : `${gates}: ${gateNames.join(", ")}`;
    return [cell, { ...LOOKS[cell], name: title, gates: named }];
  }),
) as Readonly<Record<CellName, CellLook>>;
