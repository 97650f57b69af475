/**
 * @file The protocol of `peers/serve.mjs` for a worker in a page: messages instead of lines, with a
 * number that the answer carries back. The first message has the options and is answered when the
 * library is ready.
 */

import { createAnswerer } from "../peers/protocol.mjs";

/** @param {(options: object) => Promise<(work: object) => object>} start gives what prepares a work */
export function serveWorker(start) {
  let answerTo = null;
  globalThis.onmessage = async ({ data: { id, request } }) => {
    try {
      answerTo ??= createAnswerer({ prepare: await start(request) });
      globalThis.postMessage({ id, answer: request.do ? await answerTo(request) : {} });
    } catch (error) {
      globalThis.postMessage({ id, answer: { error: String(error) } });
    }
  };
}
