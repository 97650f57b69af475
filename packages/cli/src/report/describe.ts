/**
 * @file What a run was: its settings and the machine, as the report lists them.
 */

import { cpus } from "node:os";
import { label } from "../files/read-bytes.ts";
import type { RunSettings } from "../text/run-settings.ts";

export type Facts = readonly (readonly [name: string, value: string])[];

export function describeSettings({
  config,
  budget,
  patience,
  engine,
  source,
}: Pick<RunSettings, "config" | "budget" | "patience" | "engine" | "source">): Facts {
  const settings = { ...config, ...budget, ...(patience === null ? {} : { patience }), engine };
  return [
    ["text", source.names.map(label).join(", ")],
    ...Object.entries(settings).map(([key, value]) => [key, String(value)] as const),
    ...describeMachine(),
  ];
}

export function describeMachine(): Facts {
  const processors = cpus();
  return [
    [
      "machine",
      `${processors[0]?.model.trim() ?? "unknown processor"} (${processors.length} cores)`,
    ],
    ["Node", process.versions.node],
  ];
}
