/**
 * @file For every task a small set of data and the words that train on it in a second or two.
 */

import { someText, TINY } from "./command.ts";

export interface TaskCase {
  task: string;
  files: Readonly<Record<string, string>>;
  /** The words after `unrolled train <task>` that name the data; the first is a file. */
  data: readonly string[];
  /** The words that make the model small and the training short. */
  tiny: readonly string[];
  /** Words that make the training so long that Ctrl-C finds it at work. */
  long: readonly string[];
  /** The words after `unrolled run <model-dir>`, and what the answer looks like. */
  input: readonly string[];
  answer: RegExp;
  /** The words after `unrolled eval <model-dir>`. */
  other: readonly string[];
  /** An option of `run` that another task has, and this one has not. */
  foreign: readonly string[];
}

export const TASK_CASES: readonly TaskCase[] = [
  {
    task: "text",
    files: { "book.txt": someText(6000), "other.txt": someText(2000) },
    data: ["book.txt"],
    tiny: ["--steps", "8", ...TINY],
    long: ["--steps", "900", ...TINY],
    input: ["the cat", "--length", "9"],
    answer: /^the cat/,
    other: ["other.txt"],
    foreign: ["--beam", "4"],
  },
  {
    task: "sentiment",
    files: { "reviews.csv": reviews(120), "more.csv": reviews(40) },
    data: ["reviews.csv"],
    tiny: ["--steps", "8", ...smallClassifier()],
    long: ["--steps", "300", ...smallClassifier()],
    input: ["a fine day"],
    answer: /^(good|bad) +\d/,
    other: ["more.csv"],
    foreign: ["--beam", "4"],
  },
  {
    task: "translation",
    files: {
      "a.en": sentences("the cat sees the dog"),
      "a.fr": sentences("le chat voit le chien"),
    },
    data: ["a.en", "a.fr"],
    tiny: ["--steps", "8", ...smallPairs()],
    long: ["--steps", "300", ...smallPairs()],
    input: ["the cat sees"],
    answer: /\n$/,
    other: ["a.en", "a.fr"],
    foreign: ["--temperature", "1"],
  },
  {
    task: "forecast",
    files: { "days.csv": days(90) },
    data: ["days.csv"],
    tiny: ["--steps", "8", ...smallForecaster()],
    long: ["--steps", "400", ...smallForecaster()],
    input: [],
    answer: /sold, forecast by the LSTM:/,
    other: ["days.csv"],
    foreign: ["--beam", "4"],
  },
  {
    task: "sensors",
    files: { "motion.csv": motion(160), "later.csv": motion(12) },
    data: ["motion.csv"],
    tiny: ["--steps", "8", "--hidden", "4"],
    long: ["--steps", "1500", "--hidden", "4"],
    input: ["later.csv"],
    answer: /^0\t(up|down)\t\d/,
    other: ["later.csv"],
    foreign: ["--beam", "4"],
  },
];

function smallClassifier(): string[] {
  return ["--hidden", "4", "--embedding", "4", "--batch", "8", "--patience", "99"];
}

/** One word decides, most of the time. */
function reviews(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const isGood = i % 2 === 0;
    const word = isGood !== (i % 11 === 5) ? "fine" : "poor";
    return `a ${word} ${["day", "film", "book"][i % 3]} number ${i},${isGood ? "good" : "bad"}`;
  });
  return `text,label\n${lines.join("\n")}\n`;
}

function smallForecaster(): string[] {
  return ["--hidden", "4", "--window", "8", "--horizon", "2", "--stride", "5", "--patience", "99"];
}

/** A week's pattern with something irregular in it. */
function days(count: number): string {
  const lines = Array.from({ length: count }, (_, t) => {
    const date = new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
    return `${date},${(50 + 10 * Math.sin((2 * Math.PI * t) / 7) + 3 * Math.sin(t * t)).toFixed(2)}`;
  });
  return `date,sold\n${lines.join("\n")}\n`;
}

function smallPairs(): string[] {
  const sizes = ["--hidden", "8", "--embedding", "8", "--layers", "1", "--vocab-size", "60"];
  return [...sizes, "--validation", "10", "--test", "10", "--batch", "64", "--patience", "99"];
}

/** Lines of some of the words, so many that there is something to hold out. */
function sentences(words: string): string {
  const all = words.split(" ");
  const lines = Array.from({ length: 120 }, (_, i) => {
    const kept = all.filter((_, w) => (i >> w) % 2 === 0 || w === i % all.length);
    return `${kept.join(" ")} ${i % 60}`;
  });
  return `${lines.join("\n")}\n`;
}

/** Recordings that rise or fall. */
function motion(count: number): string {
  const rows = Array.from({ length: count }, (_, id) =>
    Array.from({ length: 4 + (id % 3) }, (_, t) =>
      [id, t, (id % 2 === 0 ? t : -t) + (id % 5), id % 2 === 0 ? "up" : "down"].join(","),
    ),
  );
  return `id,t,height,label\n${rows.flat().join("\n")}\n`;
}
