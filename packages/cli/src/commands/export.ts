/**
 * @file `unrolled export`: a trained model for other programs, or as a page.
 */

import type { Command } from "commander";
import { existsSync, statSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { parseSafetensors } from "unrolled";
import { FailureError, MisuseError } from "../errors.ts";
import { modelReader } from "../files/model-directory.ts";
import { writeWhole } from "../files/write.ts";
import { modelPage } from "../page/model-page.ts";
import { TASKS, taskOf } from "../tasks/index.ts";
import type { CliTask } from "../tasks/task.ts";
import { formatBytes, plural } from "../terminal/numbers.ts";
import { createTerminal, type Terminal } from "../terminal/terminal.ts";
import { addExamples } from "./examples.ts";
import { jsonOption } from "./options.ts";

interface ExportOptions {
  safetensors?: string;
  onnx?: string;
  page?: string;
  force?: true;
  json?: true;
}

type Read = (name: string) => Uint8Array;

/** A file to write, and what to say of it. */
interface Written {
  path: string;
  contents: Uint8Array | string;
  says: string;
  facts: Record<string, unknown>;
}

export function addExport(program: Command): void {
  const command = program
    .command("export")
    .summary("write a trained model for other programs, or as a page that runs it")
    .description(
      "Writes a trained model for other programs: its weights under PyTorch's names, the whole of it for ONNX Runtime, or one HTML file that runs it in any browser, without a server.",
    )
    .argument("<model-dir>", "what `unrolled train` wrote")
    .option(
      "--safetensors <file>",
      "one file of weights, for safetensors.torch.load_file and others",
    )
    .option("--onnx <file>", "the model as a graph, for ONNX Runtime and others")
    .option("--page <file>", "one HTML file in which the model runs; it opens from the disk")
    .option("--force", "replace files that exist")
    .addOption(jsonOption());
  addExamples(command, [
    "unrolled export runs/book-lstm --safetensors book.safetensors",
    "unrolled export runs/book-lstm --onnx book.onnx",
    "unrolled export runs/book-lstm --page book.html",
  ]);
  command.action(exportCommand);
}

function exportCommand(directory: string, options: ExportOptions): void {
  const terminal = createTerminal(options.json ?? false);
  const { safetensors, onnx, page } = options;
  if (safetensors === undefined && onnx === undefined && page === undefined) {
    throw new MisuseError(
      "export: say in which format: --safetensors <file>, --onnx <file> or --page <file>.",
    );
  }
  const read = modelReader(directory);
  const files = [
    ...(safetensors === undefined
      ? []
      : [weights(directory, read, fileAt(safetensors, "model.safetensors"))]),
    ...(onnx === undefined ? [] : graphs(taskOf(directory), read, fileAt(onnx, "model.onnx"))),
    ...(page === undefined
      ? []
      : [pageOf(taskOf(directory), directory, read, fileAt(page, "index.html"))]),
  ];
  const taken = files.find(({ path }) => existsSync(path));
  if (taken && !options.force) {
    throw new FailureError(
      `${taken.path} exists already. Choose another name, or replace it (--force).`,
    );
  }
  for (const file of files) report(terminal, file);
}

/** The file that is meant: in a folder, one of this name. */
function fileAt(path: string, name: string): string {
  const isFolder = /[\\/]$/.test(path) || (existsSync(path) && statSync(path).isDirectory());
  return isFolder ? join(path, name) : path;
}

function report(terminal: Terminal, { path, contents, says, facts }: Written): void {
  const bytes = Buffer.from(contents as Uint8Array);
  writeWhole(path, bytes);
  terminal.event({ type: "export", path, bytes: bytes.length, ...facts });
  terminal.print(`${path}: ${formatBytes(bytes.length)}. ${says}`);
}

function weights(directory: string, read: Read, path: string): Written {
  const contents = read("model.safetensors");
  const { tensors } = parseSafetensors(contents, `${directory}: model.safetensors`);
  const says = `${plural(tensors.size, "tensor")}.`;
  return { path, contents, says, facts: { tensors: tensors.size } };
}

function graphs(task: CliTask, read: Read, path: string): Written[] {
  if (!task.export?.onnx) throw new FailureError(cannot(task, "onnx"));
  const ending = extname(path);
  return task.export.onnx(read).map(({ part, bytes, says }) => {
    const file = part ? `${path.slice(0, path.length - ending.length)}-${part}${ending}` : path;
    return {
      path: file,
      contents: bytes,
      says: `${says}\n  In Python: onnxruntime.InferenceSession(${JSON.stringify(file)}).run(None, {…})`,
      facts: { format: "onnx" },
    };
  });
}

function pageOf(task: CliTask, directory: string, read: Read, path: string): Written {
  if (!task.export?.page) throw new FailureError(cannot(task, "page"));
  const about = task.export.page(read);
  const title = basename(resolve(directory));
  return {
    path,
    contents: modelPage({ task: task.name, title, about, read }),
    says: "Open it in a browser; it needs neither a server nor a network.",
    facts: { format: "page" },
  };
}

function cannot({ name }: CliTask, format: "onnx" | "page"): string {
  const able = TASKS.filter((task) => task.export?.[format]).map((task) => task.name);
  return `A ${name} model cannot be exported with --${format} in this version, which can models of: ${able.join(", ")}. --safetensors writes the weights of any.`;
}
