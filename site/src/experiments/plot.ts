/**
 * @file Plots and tables as plain data. The page draws them as SVG, the terminal as text.
 */

/** Whose colour a series has; a name without a colour of its own gets a neutral one. */
export type Role =
  | "rnn"
  | "lstm"
  | "gru"
  | "feedforward"
  | "input-gate"
  | "forget-gate"
  | "cell-gate"
  | "output-gate"
  | "reset-gate"
  | "update-gate"
  | "new-gate"
  | "group-a" // two kinds of points that are neither cells nor gates
  | "group-b"
  | "baseline"
  | "neutral";

export interface Axis {
  label: string;
  scale?: "linear" | "log";
  /** Default: what the data need. */
  domain?: readonly [low: number, high: number];
}

export interface Series {
  name: string;
  role: Role;
  points: readonly (readonly [x: number, y: number])[];
  /** Tells two series of one role apart. */
  dashed?: boolean;
}

/** A height to compare with, drawn across the plot. */
export interface Reference {
  name: string;
  y: number;
}

export interface LinePlot {
  kind: "lines";
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
  references?: readonly Reference[];
}

export interface BarPlot {
  kind: "bars";
  title: string;
  y: Axis;
  bars: readonly { name: string; role: Role; value: number; low?: number; high?: number }[];
  references?: readonly Reference[];
}

export interface HeatMap {
  kind: "heat-map";
  title: string;
  rows: readonly string[];
  columns: readonly string[];
  /** `values[row][column]`. */
  values: readonly (readonly number[])[];
  /** The values at the two ends of the colour scale; a domain around 0 gets a diverging one. */
  domain: readonly [low: number, high: number];
  scale?: "linear" | "log";
  rowLabel?: string;
  columnLabel?: string;
  /**
   * Lines drawn over the map, in columns to the right and rows downwards, counted from the middles of
   * the first. What lies outside is cut off.
   */
  paths?: readonly Series[];
}

export interface ScatterPlot {
  kind: "scatter";
  title: string;
  x: Axis;
  y: Axis;
  points: readonly { x: number; y: number; label: string; role: Role }[];
}

export type Plot = LinePlot | BarPlot | HeatMap | ScatterPlot;

export interface Table {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}
