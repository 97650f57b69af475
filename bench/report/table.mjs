/**
 * @file Markdown tables, and numbers of three digits.
 */

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** 0.00551, 2.31, 153, 6355 */
export function digits(value) {
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** 14×, 4.1×, 1.04×; below one is a loss, in bold, and no rounding makes it a win. */
export function times(ratio) {
  if (ratio < 1) return `**${(Math.floor(ratio * 100) / 100).toFixed(2)}×**`;
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(ratio < 1.1 ? 2 : 1)}×`;
}

export function percent(part) {
  return `${Math.round(part * 100)} %`;
}

export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
