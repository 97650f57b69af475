/**
 * @file What is answered to which request; `serve.mjs` says what they look like.
 */

import { fingerprint } from "../work.mjs";

/**
 * @param {object} system
 * @param {(work: object) => Promise<Prepared> | Prepared} system.prepare
 * @param {() => number} [system.peakMiB]
 * @returns {(request: object) => Promise<object>}
 *
 * @typedef {object} Prepared
 * @property {() => Promise<Record<string, Float32Array>> | Record<string, Float32Array>} check
 *   computes once what is compared with the others
 * @property {() => unknown} body  what is timed. Both may be asynchronous
 */
export function createAnswerer({ prepare, peakMiB }) {
  let body = null;
  const handlers = {
    async prepare({ work, check = true }) {
      const prepared = await prepare(work);
      body = prepared.body;
      const results = check ? Object.entries(await prepared.check()) : [];
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
      return { peakMiB: peakMiB() };
    },
  };
  return async (request) => {
    try {
      return await handlers[request.do](request);
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
}
