/**
 * @file What every measured process speaks: one request per line, one answer per line, both JSON.
 *
 *   → (nothing: the process says hello)                  ← {"version": "onnxruntime-node 1.30.0"}
 *   → {"do": "prepare", "work": {"cell": "lstm", …}}     ← {"checks": {"output": {norm, projection}}}
 *   → {"do": "run", "count": 5}                          ← {"ms": 12.5}, for all five
 *   → {"do": "memory"}                                   ← {"peakMiB": 87}
 *
 * What fails is answered with {"error": "…"}. The process ends when its input does.
 */

import { createInterface } from "node:readline";
import { fingerprint } from "../work.mjs";

/**
 * @param {object} system
 * @param {string} system.version
 * @param {(work: object) => Promise<{
 *   check: () => Promise<Record<string, Float32Array>> | Record<string, Float32Array>,
 *   body: () => unknown,
 * }>} system.prepare
 *   `check` computes once what is compared with the others; `body` is what is timed. Both may be
 *   asynchronous.
 */
export async function serve({ version, prepare }) {
  let body = null;
  const handlers = {
    async prepare({ work }) {
      const prepared = await prepare(work);
      body = prepared.body;
      const results = Object.entries(await prepared.check());
      return { checks: Object.fromEntries(results.map(([name, a]) => [name, fingerprint(a)])) };
    },
    async run({ count }) {
      const from = performance.now();
      for (let i = 0; i < count; i++) {
        const pending = body();
        if (pending instanceof Promise) await pending;
      }
      return { ms: performance.now() - from };
    },
    async memory() {
      return { peakMiB: process.resourceUsage().maxRSS / 1024 };
    },
  };

  answer({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    try {
      answer(await handlers[request.do](request));
    } catch (error) {
      answer({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function answer(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}
