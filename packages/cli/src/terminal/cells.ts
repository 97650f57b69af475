/**
 * @file What each kind of cell is called and looks like, wherever it is shown: the course's palette,
 * and its gates.
 */

import { PALETTE, type Look } from "unrolled-course/palette";
import type { TextCell } from "unrolled/tasks/text";

export const CELLS: readonly TextCell[] = ["rnn", "lstm", "gru"];

export interface CellLook extends Look {
  /** How many gates, and which; short, with the letters that the formulas use. */
  gates: string;
  gatesShort: string;
}

export const CELL_LOOKS: Readonly<Record<TextCell, CellLook>> = {
  rnn: { ...PALETTE.rnn, gates: "none", gatesShort: "none" },
  lstm: { ...PALETTE.lstm, gates: "3: input, forget, output", gatesShort: "3: i f o" },
  gru: { ...PALETTE.gru, gates: "2: reset, update", gatesShort: "2: r z" },
};
