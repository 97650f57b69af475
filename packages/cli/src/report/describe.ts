/**
 * @file What a run was: its settings and the machine, as the report lists them.
 */

import { cpus } from "node:os";
import { label } from "../files/read-bytes.ts";
import type { RunSettings } from "../train/run-settings.ts";

export type Facts = readonly (readonly [name: string, value: string])[];

export function describeSettings({
  config,
  budget,
  patience,
  engine,
  reading,
  source,
}: RunSettings): Facts {
  const settings = {
    ...reading,
    ...config,
    ...budget,
    ...(patience === null ? {} : { patience }),
    engine,
  };
  return [
    ["data", source.names.map(label).join(", ")],
    ...Object.entries(settings).map(([key, value]) => [key, describeValue(value)] as const),
    ...describeMachine(),
  ];
}

/** A setting as people read it: a word as it is, anything else as JSON. */
export function describeValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

export function describeMachine(): Facts {
  return [
    ["machine", machine()],
    ["Node", process.versions.node],
  ];
}

/** `AMD EPYC 9R14 (2 cores)` */
export function machine(): string {
  const processors = cpus();
  return `${processors[0]?.model.trim() ?? "unknown processor"} (${processors.length} cores)`;
}
