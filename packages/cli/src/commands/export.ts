/**
 * @file `unrolled export`: a trained model's weights for other programs.
 */

import type { Command } from "commander";
import { existsSync } from "node:fs";
import { parseSafetensors } from "unrolled";
import { FailureError, MisuseError } from "../errors.ts";
import { modelReader } from "../files/model-directory.ts";
import { writeWhole } from "../files/write.ts";
import { formatBytes, plural } from "../terminal/numbers.ts";
import { createTerminal } from "../terminal/terminal.ts";
import { jsonOption } from "./options.ts";

interface ExportOptions {
  safetensors?: string;
  force?: true;
  json?: true;
}

export function addExport(program: Command): void {
  program
    .command("export")
    .summary("write a trained model's weights for other programs")
    .description("Writes a trained model's weights for other programs, under PyTorch's names.")
    .argument("<model-dir>", "what `unrolled train` wrote")
    .option(
      "--safetensors <file>",
      "one file of weights, for safetensors.torch.load_file and others",
    )
    .option("--force", "replace the file if it exists")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Example:
  unrolled export runs/book-lstm --safetensors book.safetensors`,
    )
    .action(exportCommand);
}

function exportCommand(directory: string, { safetensors: path, force, json }: ExportOptions): void {
  const terminal = createTerminal(json ?? false);
  if (path === undefined) {
    throw new MisuseError("export: say in which format: --safetensors <file>.");
  }
  const bytes = modelReader(directory)("model.safetensors");
  const { tensors } = parseSafetensors(bytes, `${directory}: model.safetensors`);
  if (existsSync(path) && !force) {
    throw new FailureError(`${path} exists already. Choose another name, or replace it (--force).`);
  }
  writeWhole(path, bytes);
  terminal.event({ type: "export", path, bytes: bytes.length, tensors: tensors.size });
  terminal.print(`${path}: ${plural(tensors.size, "tensor")}, ${formatBytes(bytes.length)}`);
}
