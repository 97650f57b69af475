/**
 * @file What an experiment of the course is: knobs go in, findings come out.
 *
 * The page draws the findings, `unrolled course run 3A --seed 7` prints them, and the tests check
 * their claims: all three run the same module, which knows nothing of any of them.
 */

import type { Plot, Table } from "./plot.ts";

export interface NumberKnob {
  kind: "number";
  label: string;
  min: number;
  max: number;
  step: number;
  default: number;
  /** `"log"`: the slider moves by factors. Default: `"linear"`. */
  scale?: "linear" | "log";
  /** The experiment answers a new value at once, without training anew: see {@link Lab.answer}. */
  live?: boolean;
}

export interface ChoiceKnob {
  kind: "choice";
  label: string;
  options: readonly string[];
  default: string;
  live?: boolean;
}

export interface TextKnob {
  kind: "text";
  label: string;
  default: string;
  maxLength: number;
  live?: boolean;
}

export type Knob = NumberKnob | ChoiceKnob | TextKnob;
export type Knobs = Readonly<Record<string, Knob>>;

/** A value for every knob, and the seed, which every experiment has. */
export type Settings<K extends Knobs> = {
  readonly [Name in keyof K]: K[Name] extends NumberKnob ? number : string;
} & { readonly seed: number };

/** Something that should be seen, beside what was. */
export interface Claim {
  /** As the caption says it: "the window of three words guesses". */
  says: string;
  observed: number;
  /** Both ends count. */
  expected: readonly [low: number, high: number];
}

/** What an experiment has found so far. Plain data: it crosses from the worker to the page. */
export interface Findings {
  /** 0 to 1; at 1 the run is over and `claims` are final. */
  progress: number;
  /** One or two sentences with the numbers, for those who do not see the plots. */
  summary: string;
  plots: readonly Plot[];
  tables: readonly Table[];
  /** Empty until they can be judged, and where the knobs stand so that nothing is claimed. */
  claims: readonly Claim[];
  /** For a figure that draws more than plots: numbers, strings, arrays and objects of them. */
  details?: unknown;
}

/** What a run is given besides its settings. */
export interface Lab<K extends Knobs> {
  /**
   * Registers what to do when a live knob moves after the run: new findings from what was trained.
   */
  answer(respond: (settings: Settings<K>) => Findings): void;
}

/** "Predict, then run": one question with its answers, asked before the figure shows anything. */
export interface Prediction {
  question: string;
  answers: readonly { text: string; isRight: boolean; feedback: string }[];
}

export interface Experiment<K extends Knobs = Knobs> {
  /** Chapter and letter: `"3A"`. */
  id: string;
  title: string;
  knobs: K;
  /** Defaults that differ on a phone. */
  small?: Readonly<Record<string, number | string>>;
  prediction: Prediction;
  /** What should be seen, in a sentence or two. */
  expected: string;
  /** What it would mean if it were not seen. */
  otherwise: string;
  /** It takes milliseconds: the page runs it at once and at every move of a knob. */
  isInstant?: boolean;
  /**
   * Yields findings while it works, at least every 200 ms of work, the last with progress 1. It is
   * stopped by not asking it for more. The same settings give the same findings.
   */
  run(settings: Settings<K>, lab: Lab<K>): AsyncGenerator<Findings, void, void>;
}

/** Keeps the types of the knobs, which a plain annotation would lose. */
export function defineExperiment<const K extends Knobs>(experiment: Experiment<K>): Experiment<K> {
  return experiment;
}

/**
 * Whether the knobs stand where the claims were measured: at their defaults. Those named in `apart`
 * may stand anywhere, such as a number of runs, which a phone makes smaller.
 */
export function atDefaults<K extends Knobs>(
  knobs: K,
  settings: Settings<K>,
  apart: readonly (keyof K)[] = [],
): boolean {
  const named = Object.entries(knobs).filter(([name]) => !apart.includes(name));
  return named.every(([name, knob]) => settings[name] === knob.default);
}

export function holds({ observed, expected: [low, high] }: Claim): boolean {
  return observed >= low && observed <= high;
}

/** `value`, give or take `half`. */
export function around(value: number, half: number): [low: number, high: number] {
  return [value - half, value + half];
}
