/**
 * @file The machine a run was made on, as far as it matters and no further.
 */

import { availableParallelism, cpus, totalmem } from "node:os";
import { CAN_PIN } from "./systems.mjs";

export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    pinned: CAN_PIN,
  };
}
