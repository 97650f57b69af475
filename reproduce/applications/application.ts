/**
 * @file What an application's page of results is made of: the commands anybody can type, over seeds.
 */

/** One command with its score: a line of the table. */
export interface Entry {
  /** Unique in its application: `npm run results -- sentiment/sst2`. */
  name: string;
  /** What is learned and where it is measured, for people. */
  what: string;
  /**
   * The words after `unrolled train <task>`, but for `-o` and `--seed`. Words that begin with `data:`
   * are files of the data sets, seen from the folder that `UNROLLED_DATA` names; `{fold}` stands for one
   * of the folds.
   */
  train: readonly string[];
  /** For cross-validation: every fold is a run of its own, and the score is the mean over them. */
  folds?: readonly string[];
  /** The words after `unrolled eval <model-dir>`. Default: the score is in the run's last line. */
  eval?: readonly string[];
  seeds: readonly number[];
  /** How the score is called, printed, and in which direction it is better. */
  metric: string;
  better: "lower" | "higher";
  digits: number;
  /** Score and baselines, as the commands gave them. */
  read: (found: Found) => { score: number; baselines: Readonly<Record<string, number>> };
  /** Scores of parts of what is measured, to be shown below the score. Default: none. */
  parts?: (found: Found) => Readonly<Record<string, number>>;
  /** What it is to reach. */
  target?: number;
  published: readonly Published[];
  /** Minutes of one processor core for one seed, or fold. */
  minutesPerSeed: number;
  remark?: string;
}

/** One run of an entry. */
export interface Trial {
  seed: number;
  fold?: string;
}

/** All runs that an entry asks for, seed after seed. */
export function trialsOf({ seeds, folds }: Entry): Trial[] {
  return seeds.flatMap((seed) => folds?.map((fold) => ({ seed, fold })) ?? [{ seed }]);
}

/** `seed 1`, or `seed 1, fold 3` */
export function trialInWords({ seed, fold }: Trial): string {
  return fold === undefined ? `seed ${seed}` : `seed ${seed}, fold ${fold}`;
}

export interface Published {
  what: string;
  score: number;
  /** The paper or page, and whether its number was read there or is quoted from memory. */
  source: string;
}

/** Lines of JSON, as `metrics.jsonl` and `unrolled eval --json` have them. */
export interface Found {
  start: JsonLine;
  end: JsonLine;
  /** What `eval` printed; null where there is none. */
  evaluation: JsonLine | null;
}

export type JsonLine = Readonly<Record<string, unknown>>;

export interface Application {
  /** The task, and the name of its records and its page. */
  name: string;
  title: string;
  /** Markdown above the table: which data, which split, what was chosen on which part. */
  about: string;
  entries: readonly Entry[];
}

/**
 * The number at a path in a line of JSON.
 *
 * @example
 * numberAt({ evaluation: { accuracy: 0.86 } }, "evaluation.accuracy"); // 0.86
 *
 * @throws Error naming what is there instead
 */
export function numberAt(line: JsonLine | null, path: string): number {
  const found = path
    .split(".")
    .reduce<unknown>((value, key) => (value as JsonLine | null)?.[key], line);
  if (typeof found === "number" && Number.isFinite(found)) return found;
  throw new Error(`expected a number at ${path}, got ${JSON.stringify(found ?? null)}`);
}

/** `[{ name: "majority", accuracy: 0.5 }, …]` as `{ majority: 0.5, … }`. */
export function namedScores(list: unknown, path: string): Record<string, number> {
  const items = list as readonly (JsonLine & { name: string })[];
  return Object.fromEntries(items.map((item) => [item.name, numberAt(item, path)]));
}
