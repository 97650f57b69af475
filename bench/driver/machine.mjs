/**
 * @file The machine a run was made on, as far as it matters and no further.
 */

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { CAN_PIN } from "./systems.mjs";

export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    vectors: vectors(),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    pinned: CAN_PIN,
  };
}

/** The widest that native code can use; WebAssembly has 128 bits everywhere. */
function vectors() {
  if (process.arch !== "x64") return process.arch === "arm64" ? "NEON" : "unknown";
  const info = "/proc/cpuinfo";
  const flags = existsSync(info) ? (/^flags.*$/m.exec(readFileSync(info, "utf8"))?.[0] ?? "") : "";
  const widest = [
    ["avx512f", "AVX-512"],
    ["avx2", "AVX2"],
    ["sse2", "SSE2"],
  ].find(([flag]) => flags.includes(flag));
  return widest?.[1] ?? "unknown";
}
