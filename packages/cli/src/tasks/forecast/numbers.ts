/**
 * @file Values of any size, as people read them.
 */

/** Four digits that count: `0.01234`, `15.93`, `2,875`, `1.234e12`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(3).replace("e+", "e");
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)));
  return value.toLocaleString("en-US", {
    minimumFractionDigits: Math.min(digits, 6),
    maximumFractionDigits: Math.min(digits, 6),
  });
}

/** `2024-05-01`, `2024-05-01 13:00`, `2024-05`, or the number of a step. */
export function formatTime(time: number, unit: string): string {
  if (unit === "step") return String(time);
  const text = new Date(time).toISOString();
  if (unit === "year") return text.slice(0, 4);
  if (unit === "month" || unit === "quarter") {
    return text.slice(8, 10) === "01" ? text.slice(0, 7) : text.slice(0, 10);
  }
  if (time % 86_400_000 === 0 && ["day", "business-day", "week"].includes(unit)) {
    return text.slice(0, 10);
  }
  return text.slice(0, unit === "second" ? 19 : 16).replace("T", " ");
}
