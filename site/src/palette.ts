/**
 * @file One colour, one dash and one name for each kind of cell and each gate, wherever it is shown:
 * the course's text and figures, the terminal, the reports.
 *
 * The cells have Okabe and Ito's reddish purple, blue and bluish green, the forget gate their
 * vermilion; the others lie between. Each is readable as text (WCAG AA, 4.5 to 1) on the course's
 * paper, light and dark: `palette.test.ts`. Colour is never all there is: a dash or a label goes
 * along.
 */

import type { Role } from "./experiments/plot.ts";

export interface Look {
  /** As people write it. */
  name: string;
  /** On light, and on dark. */
  light: string;
  dark: string;
  /** SVG's stroke-dasharray. */
  dash: string;
  /** The terminal's nearest, for `styleText`; readable on dark and on light. */
  color:
    | "magenta"
    | "blueBright"
    | "green"
    | "yellow"
    | "red"
    | "cyan"
    | "gray"
    | "magentaBright"
    | "redBright"
    | "greenBright"
    | "yellowBright";
}

// prettier-ignore
export const PALETTE: Readonly<Record<Role, Look>> = {
  rnn:           { name: "RNN",          light: "#a3397a", dark: "#e795c5", dash: "2 3", color: "magenta" },
  lstm:          { name: "LSTM",         light: "#0a66b0", dark: "#6cb8f0", dash: "",    color: "blueBright" },
  gru:           { name: "GRU",          light: "#00785a", dark: "#3fcf9f", dash: "7 3", color: "green" },
  feedforward:   { name: "feedforward",  light: "#85550f", dark: "#dcae6d", dash: "1 3", color: "yellow" },
  "input-gate":  { name: "input gate",   light: "#04738a", dark: "#56c7dc", dash: "7 3", color: "cyan" },
  "forget-gate": { name: "forget gate",  light: "#b8400a", dark: "#ff9163", dash: "",    color: "redBright" },
  "cell-gate":   { name: "candidate",    light: "#5a4fc0", dark: "#aea4ff", dash: "2 3", color: "magentaBright" },
  "output-gate": { name: "output gate",  light: "#7d6200", dark: "#e6c34a", dash: "9 3 2 3", color: "yellowBright" },
  "reset-gate":  { name: "reset gate",   light: "#b52a4d", dark: "#ff8ba0", dash: "2 3", color: "red" },
  "update-gate": { name: "update gate",  light: "#4d7300", dark: "#a9cf4e", dash: "",    color: "greenBright" },
  "new-gate":    { name: "new state",    light: "#6d5a86", dark: "#c3add9", dash: "7 3", color: "magentaBright" },
  "group-a":     { name: "",             light: "#8f4a1f", dark: "#e0a47a", dash: "",    color: "yellow" },
  "group-b":     { name: "",             light: "#2f6f73", dark: "#82c5c8", dash: "6 3", color: "cyan" },
  baseline:      { name: "baseline",     light: "#5d6168", dark: "#a3a9b2", dash: "1 4", color: "gray" },
  neutral:       { name: "",             light: "#33373d", dark: "#d5d8dd", dash: "",    color: "gray" },
};

/** The paper that the colours stand on. */
export const PAPER = { light: "#fbfaf7", dark: "#14171b" } as const;

/** Custom properties for CSS: `--rnn: …; --lstm: …;` */
export function paletteAsCss(mode: "light" | "dark"): string {
  return Object.entries(PALETTE)
    .map(([role, look]) => `--${role}: ${look[mode]};`)
    .join(" ");
}
