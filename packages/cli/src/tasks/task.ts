/**
 * @file What a task brings to the command line.
 */

import type { Command } from "commander";
import type { CellName, Module, Tensor } from "unrolled";
import type { MetricsLine } from "../files/model-directory.ts";

/**
 * Says what a command of one task looks like: its description, its arguments and options, its
 * examples and its action. `run` and `eval` have `<model-dir>`, `--engine` and `--json` already, and
 * the engine is set up when the action begins.
 */
export type SetUp = (command: Command) => void;

export interface CliTask {
  /** As `config.json` has it, and `unrolled train <name>`. */
  name: string;
  /** What a model of it is, in one line. */
  summary: string;
  /** `unrolled train <name>` */
  train: SetUp;
  /** `unrolled run <model-dir>`: the model does what it was trained for. */
  run: SetUp;
  /** `unrolled eval <model-dir> <data>`: its metrics beside its baselines. */
  eval: SetUp;
  inspect: InspectTask;
  export?: ExportTask;
}

/** `unrolled export <model-dir>` writes the weights of any model, and with these: */
export interface ExportTask {
  /** `--onnx`: one file, or several of which each has a word of its own before its ending. */
  onnx?: (read: (name: string) => Uint8Array) => readonly OnnxFile[];
  /** `--page`: what the page says of the model under its title. Its script has the task's name. */
  page?: (read: (name: string) => Uint8Array) => string;
}

export interface OnnxFile {
  /** `"decoder"` in `model-decoder.onnx`; nothing for the only file. */
  part?: string;
  bytes: Uint8Array;
  /** What goes in and what comes out, for people. */
  says: string;
}

/** `unrolled inspect <model-dir>` shows settings, tensors and spectra of any model, and this. */
export interface InspectTask {
  /** What came out of training, from the first and the last line of its metrics. */
  facts(start: MetricsLine, end: MetricsLine): [name: string, value: string][];
  /**
   * What `--gradients` measures with: sequences from the files named or, without any, from the data
   * that the model knows. Nothing for a task whose gradients need more than that.
   */
  gradients?: (
    directory: string,
    files: readonly string[],
    wanted: { sequences: number; steps?: number },
  ) => GradientBatch;
}

export interface GradientBatch {
  model: Module;
  cell: CellName;
  /** Where the sequences are from, for people. */
  about: string;
  sequences: number;
  /** How long they are, and what a step is called: `token`, `day`, … */
  steps: number;
  step: string;
  /** The mean loss over all of them. */
  loss: () => Tensor;
}
