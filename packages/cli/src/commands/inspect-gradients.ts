/**
 * @file `unrolled inspect --gradients`: what a model's gradients do, on a few sequences of data.
 */

import { existsSync } from "node:fs";
import {
  decodeStateDict,
  gradientFlow,
  weightSpectra,
  type GradientFlow,
  type LayerFlow,
  type NormsByStep,
} from "unrolled";
import { FailureError } from "../errors.ts";
import { writeWhole } from "../files/write.ts";
import { gradientReport } from "../report/gradient-report.ts";
import { CELL_LOOKS } from "../terminal/cells.ts";
import { commandLine } from "../terminal/invocation.ts";
import { formatLoss, formatRate, plural } from "../terminal/numbers.ts";
import { sparkline } from "../terminal/sparkline.ts";
import { renderTable, type Column } from "../terminal/table.ts";
import type { GradientBatch, InspectTask } from "../tasks/task.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { gateRows, layerRows, REACHED, spectrumRows } from "../report/gradient-tables.ts";

export interface GradientOptions {
  /** Data to read; none is what the model knows. */
  files: readonly string[];
  steps?: number;
  sequences?: number;
  float64?: true;
  output?: string;
  force?: true;
}

/** More show the same. */
const SEQUENCES = 4;

/** Of a model directory, with the data that its task finds. */
export function inspectGradients(
  terminal: Terminal,
  directory: string,
  gradients: NonNullable<InspectTask["gradients"]>,
  options: GradientOptions,
): void {
  const { files, output, force } = options;
  if (output !== undefined && existsSync(output) && !force) {
    throw new FailureError(
      `${output} exists already. Choose another name, or replace it (--force).`,
    );
  }
  const { steps, sequences = SEQUENCES } = options;
  const batch = gradients(directory, files, { steps, sequences });
  const precision = options.float64 ? "float64" : "engine";
  const flow = gradientFlow(batch.model, batch.loss, { precision });

  terminal.event({ type: "gradients", directory, ...asJson(batch, flow) });
  const about = `${plural(batch.sequences, "sequence")} of ${plural(batch.steps, batch.step)} from ${batch.about}, in ${flow.precision}: loss ${formatLoss(flow.loss)}, norm of the gradient ${formatRate(flow.gradNorm)}.`;
  print(terminal, flow, about);
  if (output === undefined) return;
  writeWhole(output, reportOf(directory, batch, options, flow, about));
  terminal.note(`\nThe report is in ${output}.`);
}

/** Of weights without a model: what they say by themselves. */
export function inspectSpectra(terminal: Terminal, path: string, bytes: Uint8Array): void {
  const spectra = weightSpectra(decodeStateDict(bytes, path).tensors);
  terminal.event({ type: "spectra", path, spectra });
  terminal.print();
  if (spectra.length === 0) {
    terminal.say("There are no hidden-to-hidden weights (weight_hh…) among these.");
    return;
  }
  printSpectra(terminal, spectrumRows(spectra));
  terminal.print();
  terminal.say(
    "Gradients by step, gates and how far a layer reaches back need a model and data: give a model directory that `unrolled train` wrote.",
  );
}

function print(terminal: Terminal, { layers, warnings }: GradientFlow, about: string): void {
  const right = (...titles: string[]): Column[] => titles.map((title) => ({ title }));
  const named = (title: string): Column => ({ title, align: "left" });
  const last = layers[0].reach.length - 1;
  const hasJacobians = layers.some(({ jacobians }) => jacobians !== null);

  terminal.print();
  terminal.say(`Gradients on ${about}`);
  terminal.print();
  const columns = [
    named("layer"),
    ...right(
      "reaches",
      "left: 1",
      `${Math.min(10, last)}`,
      `${last} back`,
      "‖∂L/∂h‖: end",
      `${last} back`,
      ...(hasJacobians ? ["Lyapunov"] : []),
    ),
  ];
  terminal.print(renderTable(columns, layerRows(layers)));
  terminal.print();
  terminal.say(
    `What is left of a gradient that comes in at the last state, from 0 to ${last} steps before it; the lowest bar is ${formatRate(REACHED)} and less:`,
  );
  for (const { name, reach } of layers) {
    terminal.print(`  ${sparkline(reach, { floor: REACHED, columns: 48 })}  ${name}`);
  }
  terminal.print();
  terminal.print(
    renderTable(
      [named("gate"), ...right("mean", "nearly closed", "nearly open")],
      gateRows(layers),
    ),
  );
  terminal.print();
  printSpectra(terminal, spectrumRows(layers.flatMap(({ spectra }) => spectra)));
  terminal.print();
  if (warnings.length === 0) terminal.say("Nothing to warn of.");
  for (const { message } of warnings) terminal.say(message);
}

function printSpectra(terminal: Terminal, rows: string[][]): void {
  const columns: Column[] = [
    { title: "hidden-to-hidden weight", align: "left" },
    { title: "spectral radius" },
    { title: "norm" },
  ];
  terminal.print(renderTable(columns, rows));
}

function reportOf(
  directory: string,
  { cell }: GradientBatch,
  { files, steps, sequences, float64, output }: GradientOptions,
  flow: GradientFlow,
  about: string,
): string {
  return gradientReport({
    title: `Gradients of ${directory}, ${CELL_LOOKS[cell].name}`,
    about: `Measured on ${about}`,
    className: cell,
    command: commandLine(
      "inspect",
      directory,
      ...(steps === undefined ? [] : ["--steps", String(steps)]),
      ...(sequences === undefined ? [] : ["--sequences", String(sequences)]),
      ...(float64 ? ["--float64"] : []),
      ...["-o", output!],
      ...["--gradients", ...files],
    ),
    flow,
  });
}

/** Everything but the modules themselves, arrays as JSON has them. */
function asJson({ about, sequences, steps }: GradientBatch, flow: GradientFlow) {
  const { layers, ...rest } = flow;
  return { text: about, sequences, steps, ...rest, layers: layers.map(layerAsJson) };
}

function layerAsJson({ name, layer, direction, h, c, reach, ...rest }: LayerFlow) {
  const { weights, spectra, jacobians, gates } = rest;
  return {
    name,
    layer,
    direction,
    h: normsAsJson(h),
    c: c && normsAsJson(c),
    reach: [...reach],
    weights: weights.map((weight) => ({ ...weight, byLag: [...weight.byLag] })),
    spectra,
    jacobians: jacobians && {
      step: [...jacobians.step],
      product: [...jacobians.product],
      lyapunov: jacobians.lyapunov,
    },
    gates,
  };
}

function normsAsJson({ byStep, byLag, perSequence }: NormsByStep) {
  return { byStep: [...byStep], byLag: [...byLag], perSequence: [...perSequence] };
}
