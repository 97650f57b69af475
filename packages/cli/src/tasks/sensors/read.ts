/**
 * @file Recordings from files: `.ts` as in the UEA archive, or tables with a row for each step.
 */

import { Option } from "commander";
import {
  parseTs,
  sensorsFromTable,
  type LongTableOptions,
  type SensorSet,
} from "unrolled/tasks/sensors";
import { decode } from "../../files/decode.ts";
import { label, readBytes, sourceOf, type Source } from "../../files/read-bytes.ts";
import {
  columnIndex,
  describeTable,
  readTable,
  tableOptions,
  type Table,
  type TableOptions,
} from "../../files/read-table.ts";
import { formatCount, plural } from "../../terminal/numbers.ts";

/** How recordings are found in a table; what somebody has not said is found out. */
export interface SensorReading extends TableOptions {
  id?: string;
  time?: string;
  label?: string;
  /** A table with one row for each case: its name and its answer. */
  labels?: string;
  kind?: "classes" | "numbers";
}

export function sensorReadingOptions(): Option[] {
  return [
    new Option("--id <column>", "which recording a row belongs to (default: one named like id)"),
    new Option("--time <column>", "sorts the rows of a recording (default: t, time or step)"),
    new Option("--label <column>", "the answer (default: label, class or target, else the last)"),
    new Option("--labels <file>", "the answers in a table of their own, one row a recording"),
    new Option("--kind <kind>", "what answers are (default: detected)").choices([
      "classes",
      "numbers",
    ]),
    ...tableOptions(),
  ];
}

export interface ReadSensors {
  set: SensorSet;
  source: Source;
  /** What was read, and how, for people. */
  about: string;
}

const MOST_BYTES = 300e6;

/** The recordings in a file; `-` is standard input. */
export function readSensors(
  file: string,
  reading: SensorReading,
  { answersOptional = false } = {},
): ReadSensors {
  const ts = readTs(file, reading.encoding);
  if (ts) return ts;
  const table = readTable(file, reading);
  const labels = reading.labels === undefined ? null : readTable(reading.labels, reading);
  const options: LongTableOptions = {
    id: named(table, reading.id),
    time: named(table, reading.time),
    label: named(labels ?? table, reading.label),
    kind: reading.kind,
    labels: labels ?? undefined,
    answersOptional,
  };
  const set = sensorsFromTable(table, options);
  const tables = labels ? [table, labels] : [table];
  return {
    set,
    source: joinSources(tables.map(({ source }) => source)),
    about: [...tables.map(describeTable), describeSet(set)].join("\n"),
  };
}

/** null where it is no `.ts` file: those have a line `@data`. */
function readTs(file: string, encoding: string | undefined): ReadSensors | null {
  // Standard input can be read once, and tables come that way.
  if (file === "-") return null;
  const { bytes } = readBytes(file, { most: MOST_BYTES, advice: "Give a part of it." });
  if (!/^\s*@data\s*$/im.test(new TextDecoder("latin1").decode(bytes))) return null;
  const name = label(file);
  const set = parseTs(decode(bytes, name, encoding).text, name);
  return { set, source: sourceOf([file], [bytes]), about: `${name}: ${describeSet(set)}` };
}

function named(table: Table, wanted: string | undefined): string | undefined {
  return wanted === undefined ? undefined : table.columns[columnIndex(table, wanted)];
}

function describeSet({ cases, channels, filled }: SensorSet): string {
  const lengths = cases.map(({ steps }) => steps);
  const [least, most] = lengths.reduce(
    ([low, high], n) => [Math.min(low, n), Math.max(high, n)],
    [Infinity, 0],
  );
  const shown = channels.slice(0, 6).join(", ") + (channels.length > 6 ? ", …" : "");
  const gaps =
    filled > 0 ? `; ${plural(filled, "missing value")} filled in from their neighbours` : "";
  return (
    `${plural(cases.length, "recording")} of ${plural(channels.length, "channel")} (${shown}), ` +
    `${least === most ? plural(most, "step") : `${formatCount(least)} to ${plural(most, "step")}`} long${gaps}.`
  );
}

/** Several sources as one: the same if all are, in their order. */
export function joinSources(sources: readonly Source[]): Source {
  const encoder = new TextEncoder();
  return {
    ...sourceOf(
      sources.flatMap(({ names }) => names),
      sources.map(({ sha256 }) => encoder.encode(sha256)),
    ),
    bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
