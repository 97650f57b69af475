/**
 * @file `unrolled doctor`: where the arithmetic happens on this machine, and why not elsewhere.
 */

import type { Command } from "commander";
import { engineReport, getNumThreads, type EngineReport } from "unrolled";
import { renderPairs } from "../terminal/table.ts";
import { version } from "../version.ts";
import { jsonOption } from "./options.ts";

type Native = EngineReport["native"];

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("show which engine is in use here, and what would make it faster")
    .description(
      "Shows where the arithmetic happens on this machine: the engine and why, threads, the libraries that were found, and whether they compute correctly.",
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Environment:
  UNROLLED_ENGINE    the engine to use: native, wasm, wasm-simd, plain or reference
  UNROLLED_THREADS   how many threads large work may use
  UNROLLED_ONEDNN    the file of the oneDNN library to use, or "off"
  UNROLLED_BLAS      the file of the BLAS library to use, or "off"

Examples:
  unrolled doctor
  unrolled doctor --json`,
    )
    .action(({ json }: { json?: true }) => {
      const report = { version, node: process.versions.node, threads: getNumThreads() };
      const engines = engineReport();
      console.log(
        json ? JSON.stringify({ type: "doctor", ...report, ...engines }) : describe(engines),
      );
    });
}

function describe({ engine, wasm, native }: EngineReport): string {
  const lines = renderPairs([
    [
      "unrolled",
      `${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    ],
    ["engine", `${engine} (${reason(engine, native)})`],
    ["wasm", wasm ?? "no vectors here: the engine is plain"],
    ["threads", `${getNumThreads()} for large work`],
    ["koffi", native.koffi ?? "not installed"],
    ...native.libraries.map((library) => ["library", describeLibrary(library)] as const),
    ...Object.entries(native.checks).map(
      ([what, error]) => [`check: ${what}`, `off by ${error.toExponential(1)} at most`] as const,
    ),
  ]);
  return native.problem === null ? lines : `${lines}\n\nNo native engine: ${native.problem}`;
}

function reason(engine: string, native: Native): string {
  if (process.env.UNROLLED_ENGINE) return "as UNROLLED_ENGINE says";
  if (engine === "native") return "the fastest here; small calls go to wasm";
  return native.problem === null ? "chosen by the program" : "no native engine: see below";
}

function describeLibrary({ name, path, version, usedFor, problem }: Native["libraries"][number]) {
  const what = `${name}${version === null ? "" : ` ${version}`} (${path})`;
  const use = usedFor.length > 0 ? `: used for ${usedFor.join(" and ")}` : ": not used";
  return `${what}${use}${problem === null ? "" : `; ${problem}`}`;
}
