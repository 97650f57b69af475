/**
 * @file Numbers as people read them.
 */

/** `1,234,567` */
export function formatCount(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** `24,300`: three digits that count, for speeds. */
export function formatSpeed(n: number): string {
  return formatCount(n < 1000 ? n : Number(n.toPrecision(3)));
}

/** `850 ms`, `4.2 s`, `3:07 min`, `2:05 h` */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 3599.5) return `${sixties(seconds)} min`;
  return `${sixties(seconds / 60)} h`;
}

function sixties(n: number): string {
  const whole = Math.round(n);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** `0:07`, `1:52:03`: the width changes rarely, for lines that are written over. */
export function formatClock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–:––";
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `999 B`, `1.1 MB`: powers of ten, as disks are sold and the system's file manager shows. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let i = 0;
  while (bytes >= 999.5 && i < units.length - 1) {
    bytes /= 1000;
    i++;
  }
  return `${i === 0 || bytes >= 99.95 ? bytes.toFixed(0) : bytes.toFixed(1)} ${units[i]}`;
}

/** `4e-3`, `0.012`: a learning rate in at most three digits. */
export function formatRate(lr: number): string {
  if (lr === 0) return "0";
  if (lr >= 0.01 && lr < 1000) return String(Number(lr.toPrecision(2)));
  return lr.toExponential(1).replace(".0e", "e").replace("e+", "e");
}

/** `63 %`, `99.2 %`: one decimal where it tells something. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const digits = percent === 0 || (percent >= 10 && percent <= 90) || percent === 100 ? 0 : 1;
  return `${percent.toFixed(digits)} %`;
}

/** `1.612`: three decimals, for a loss in nats; `3.8e29` where training has run away. */
export function formatLoss(loss: number): string {
  if (Math.abs(loss) >= 1e6) return loss.toPrecision(2).replace("e+", "e");
  return Number.isFinite(loss) ? loss.toFixed(3) : String(loss);
}

/** `1 step`, `2 steps` */
export function plural(n: number, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** `5.01`, `28.4`, `1,230`: as unsure as a choice among so many. */
export function formatPerplexity(perplexity: number): string {
  if (!(perplexity < 1e6)) return perplexity === Infinity ? "∞" : formatLoss(perplexity);
  return perplexity < 100 ? perplexity.toFixed(2) : formatSpeed(perplexity);
}
