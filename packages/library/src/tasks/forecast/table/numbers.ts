/**
 * @file A column of cells becomes numbers, or says which cell is none.
 */

/** What people write where there is no value; compared in lower case, without blanks around it. */
const MISSING = new Set([
  "",
  "na",
  "n/a",
  "#n/a",
  "nan",
  "null",
  "none",
  "nil",
  "?",
  "-",
  "--",
  ".",
  "missing",
]);

export function isMissing(cell: string): boolean {
  return MISSING.has(cell.trim().toLowerCase());
}

/** Numbers with NaN for what is missing, or the first cell that is neither. */
export type NumberColumn =
  | { values: Float64Array; decimalComma: boolean }
  | { bad: { row: number; cell: string; isInfinite: boolean } };

const WITH_POINT = /^[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?(e[+-]?\d+)?$/i;
const WITH_COMMA = /^[+-]?(\d+|\d{1,3}([.\s]\d{3})+)?(,\d*)?(e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?(inf|infinity|∞)$/i;

/**
 * Reads all cells in one way: `1234.5` and `1,234.5`, or else `1234,5` and `1.234,5`. A currency sign
 * before and a percent sign after a number are left out.
 *
 * @example
 * const column = parseNumbers(["1,5", "NA", "1.200,25"]);
 * "values" in column && column.values; // [1.5, NaN, 1200.25]
 */
export function parseNumbers(cells: readonly string[]): NumberColumn {
  const point = parseAs(cells, WITH_POINT, (text) => text.replaceAll(",", ""));
  if ("values" in point) return { ...point, decimalComma: false };
  const comma = parseAs(cells, WITH_COMMA, (text) =>
    text.replaceAll(/[.\s]/g, "").replace(",", "."),
  );
  if ("values" in comma) return { ...comma, decimalComma: true };
  return point;
}

function parseAs(cells: readonly string[], pattern: RegExp, plain: (text: string) => string) {
  const values = new Float64Array(cells.length).fill(NaN);
  for (let row = 0; row < cells.length; row++) {
    if (isMissing(cells[row])) continue;
    const text = cells[row]
      .trim()
      .replace(/^([+-]?)[$€£¥]\s*/, "$1")
      .replace(/\s*%$/, "");
    const value = pattern.test(text) ? Number(plain(text)) : NaN;
    if (Number.isFinite(value) && /\d/.test(text)) values[row] = value;
    else
      return {
        bad: {
          row,
          cell: cells[row],
          isInfinite: INFINITE.test(text) || value === Infinity || value === -Infinity,
        },
      };
  }
  return { values };
}
