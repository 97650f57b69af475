/**
 * @file One colour, one name and one dash for each kind of cell, wherever it is shown.
 *
 * The colours are Okabe and Ito's reddish purple, blue and bluish green, which stay apart for
 * colour-blind eyes; the terminal's nearest names are readable on dark and on light.
 */

import type { TextCell } from "unrolled/tasks/text";

export const CELLS: readonly TextCell[] = ["rnn", "lstm", "gru"];

export interface CellLook {
  /** As people write it. */
  name: string;
  /** For `styleText`. */
  color: "magenta" | "blueBright" | "green";
  /** For the report, on light and on dark. */
  light: string;
  dark: string;
  /** SVG's stroke-dasharray, so that colour is never all there is. */
  dash: string;
  /** How many gates, and which; short, with the letters that the formulas use. */
  gates: string;
  gatesShort: string;
}

export const CELL_LOOKS: Readonly<Record<TextCell, CellLook>> = {
  rnn: {
    name: "RNN",
    color: "magenta",
    light: "#a3397a",
    dark: "#e795c5",
    dash: "2 3",
    gates: "none",
    gatesShort: "none",
  },
  lstm: {
    name: "LSTM",
    color: "blueBright",
    light: "#0a66b0",
    dark: "#6cb8f0",
    dash: "",
    gates: "3: input, forget, output",
    gatesShort: "3: i f o",
  },
  gru: {
    name: "GRU",
    color: "green",
    light: "#00785a",
    dark: "#3fcf9f",
    dash: "7 3",
    gates: "2: reset, update",
    gatesShort: "2: r z",
  },
};
