/**
 * @file What a published table is here: its rows, and how each is trained again.
 */

/** What a run is given. */
export interface RunContext {
  seed: number;
  /** A cut version of well under a minute, which shows that the row runs and nothing else. */
  quick: boolean;
  /** Aborted by Ctrl-C: a run that can be resumed stops after the step in progress. */
  signal: AbortSignal;
  /** Where a long run keeps what it needs to go on; null where it need not. */
  checkpointFile: string | null;
  /** A line about how it goes. */
  log: (line: string) => void;
}

/** What a run found. */
export interface Outcome {
  score: number;
  steps: number;
  /** What else is worth keeping, such as the loss on the validation part. */
  details?: Record<string, number>;
  /** Seconds and processor seconds spent before this process went on from a checkpoint. */
  spentBefore?: { seconds: number; cpuSeconds: number };
}

export interface Row {
  /** Unique in its table; rows of one group begin alike: "jsb-lstm", "jsb-gru". */
  name: string;
  what: string;
  /** As printed; null where the paper has a curve or a statement. */
  published: number | null;
  /** What it shows or states instead, and whether a score agrees. */
  claim?: { text: string; holds: (score: number) => boolean };
  /** How to print scores, and in which direction they are better. */
  unit: string;
  better: "lower" | "higher";
  digits?: number;
  /** A file of the data sets without which it cannot run. */
  data?: string;
  /** Sizes, optimizer and length, in one line. */
  settings: string;
  /** What differs from the paper, or why a score does. */
  remark?: string;
  seeds: number[];
  /** Estimated hours of one processor core for one seed. */
  hoursPerSeed: number;
  run: (context: RunContext) => Promise<Outcome>;
}

export interface PublishedTable {
  /** For the command line, and the name of its file of results. */
  name: string;
  title: string;
  /** The paper, and where in it. */
  source: string;
  /** Whether its numbers were read in the paper, or are quoted from memory. */
  checked: string;
  rows: Row[];
}
