/**
 * @file What every measured process speaks: one request per line, one answer per line, both JSON.
 *
 *   → (nothing: the process says hello)                  ← {"version": "onnxruntime-node 1.30.0"}
 *   → {"do": "prepare", "work": {"cell": "lstm", …}}     ← {"checks": {"output": {norm, projection}}}
 *   → {"do": "run", "count": 5}                          ← {"ms": 12.5}, for all five
 *   → {"do": "memory"}                                   ← {"peakMiB": 87}
 *
 * With `"check": false`, preparing computes nothing. What fails is answered with {"error": "…"}. The
 * process ends when its input does.
 */

import { createInterface } from "node:readline";
import { peakMiB } from "./peak-memory.mjs";
import { createAnswerer } from "./protocol.mjs";

/** @param {{ version: string, prepare: (work: object) => object }} system as in `protocol.mjs` */
export async function serve({ version, prepare }) {
  const answerTo = createAnswerer({ prepare, peakMiB });
  send({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    send(await answerTo(JSON.parse(line)));
  }
}

function send(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}
