/**
 * @file Which column of a table is the text, and which the class, if nobody says.
 */

import { FailureError } from "../../errors.ts";
import { columnIndex, type Table } from "../../files/read-table.ts";

const TEXT_NAMES =
  /^(text|texts|review|reviews|review_?text|sentence|tweet|comment|message|content|body|document|phrase|utterance|headline|title|name)$/i;
const LABEL_NAMES =
  /^(label|labels|sentiment|class|category|target|polarity|rating|stars|score|intent|topic|emotion|language|y)$/i;
/** More different values than this are no classes. */
const MOST_CLASSES = 50;

export interface TextColumns {
  text: number;
  label: number;
}

/**
 * By what was said, else by the usual names, else by what stands in them: of the columns left, the
 * longest cells are the text, and few values that come again and again the class.
 *
 * @throws FailureError that names the columns and says how to choose
 */
export function findColumns(
  table: Table,
  wanted: { text?: string; label?: string; usual?: { text: string; label: string } },
): TextColumns {
  const { usual } = wanted;
  if (usual && Object.values(usual).every((name) => table.columns.includes(name))) {
    return findColumns(table, { ...usual, ...said(wanted) });
  }
  const label =
    wanted.label === undefined ? findLabel(table, wanted.text) : columnIndex(table, wanted.label);
  const text = wanted.text === undefined ? findText(table, label) : columnIndex(table, wanted.text);
  if (text !== label) return { text, label };
  throw new FailureError(
    `${table.name}: the column ${JSON.stringify(table.columns[text])} cannot be both text and label. ${HOW}`,
  );
}

const HOW = "Name them: --text <column> --label <column>.";

function findLabel(table: Table, textName: string | undefined): number {
  const { columns } = table;
  const text = textName === undefined ? -1 : columnIndex(table, textName);
  const named = columns.findIndex((name, i) => i !== text && LABEL_NAMES.test(name));
  if (named >= 0) return named;
  const ended = columns.findIndex((name, i) => i !== text && LABEL_NAMES.test(lastWord(name)));
  if (ended >= 0) return ended;
  const candidates = columns.flatMap((_, i) => {
    const values = new Set(table.rows.map((row) => row[i]));
    const isClass = values.size > 1 && values.size <= Math.min(MOST_CLASSES, table.rows.length / 2);
    return i !== text && isClass ? [{ i, count: values.size }] : [];
  });
  candidates.sort((a, b) => a.count - b.count);
  if (candidates.length > 0) return candidates[0].i;
  throw new FailureError(
    `${table.name}: no column looks like classes: a few values that come again and again. Its columns are ${columns.join(", ")}. ${HOW}`,
  );
}

function findText(table: Table, label: number): number {
  const { columns } = table;
  const named = columns.findIndex((name, i) => i !== label && TEXT_NAMES.test(name));
  if (named >= 0) return named;
  let best = -1;
  let longest = 0;
  for (let i = 0; i < columns.length; i++) {
    if (i === label) continue;
    const letters = table.rows.reduce((sum, row) => sum + row[i].length, 0);
    if (letters > longest) [best, longest] = [i, letters];
  }
  if (best >= 0) return best;
  throw new FailureError(
    `${table.name}: expected a column with texts beside ${JSON.stringify(columns[label])}, got none. Is the delimiter another? Say --delimiter.`,
  );
}

function said({ text, label }: { text?: string; label?: string }) {
  return { ...(text === undefined ? {} : { text }), ...(label === undefined ? {} : { label }) };
}

/** `airline_sentiment`, `Star Rating` */
function lastWord(name: string): string {
  return name.split(/[\s_-]+/).at(-1) ?? name;
}
