/**
 * @file The most memory that this process has had at once.
 */

import { existsSync, readFileSync } from "node:fs";

const STATUS = "/proc/self/status";

/** Linux's own figure; getrusage's may be the parent's, from before this program was loaded. */
export function peakMiB() {
  const kiB = existsSync(STATUS) && /VmHWM:\s+(\d+)/.exec(readFileSync(STATUS, "utf8"))?.[1];
  return (kiB ? Number(kiB) : process.resourceUsage().maxRSS) / 1024;
}
