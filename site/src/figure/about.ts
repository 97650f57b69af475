/**
 * @file What a page knows of an experiment without its code: everything but how it runs.
 */

import type { Experiment, Findings } from "../experiments/experiment.ts";
import type { Values } from "./protocol.ts";

export type About = Omit<Experiment, "run">;

export function aboutExperiment(experiment: Experiment): About {
  const { id, title, knobs, small, prediction, expected, otherwise, isInstant } = experiment;
  return { id, title, knobs, small, prediction, expected, otherwise, isInstant };
}

/** What an own figure (`<id>-<slug>.figure.tsx`) is given, as the export `Figure`. */
export interface FigureProps {
  /** Null before the first run. */
  findings: Findings | null;
  settings: Values;
  setSetting: (name: string, value: number | string) => void;
  /** On a phone. */
  isSmall: boolean;
}

/** What an own figure's file may export. */
export interface FigureModule {
  Figure(props: FigureProps): preact.VNode | null;
  /** Default: `"above"` the plots and tables; `"instead"` of them. */
  placement?: "above" | "instead";
  /** The figure has controls of its own: the standard knobs are folded away. */
  hasOwnKnobs?: boolean;
}
