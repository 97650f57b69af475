/**
 * @file The worker's half of a page: loads the model, then answers, one question after another. A
 * newer question ends an answer that is still being given.
 */

import type { Reply, Request } from "../messages.ts";

/** Answers in parts, as they come. */
export type Answer<Question> = (what: Question) => Iterable<unknown>;

/** As long as an answer may go on before the worker looks for messages. */
const TURN_MS = 12;

/** @param load makes of the model's files what answers */
export function serve<Question>(
  load: (read: (name: string) => Uint8Array) => Answer<Question>,
): void {
  let answer: Answer<Question> | null = null;
  let latest = 0;
  const reply = (message: Reply) => postMessage(message);

  addEventListener("message", ({ data }: MessageEvent<Request>) => {
    if (data.type === "load") {
      attempt(null, () => {
        answer = load((name) => data.files[name]);
        reply({ type: "ready" });
      });
      return;
    }
    const { id, what } = data;
    latest = id;
    attempt(id, () => {
      proceed(id, answer!(what as Question)[Symbol.iterator]());
    });
  });

  function proceed(id: number, parts: Iterator<unknown>): void {
    const end = performance.now() + TURN_MS;
    while (performance.now() < end) {
      const next = parts.next();
      if (next.done) {
        reply({ type: "done", id });
        return;
      }
      reply({ type: "part", id, part: next.value });
    }
    setTimeout(() => {
      if (id === latest) attempt(id, () => proceed(id, parts));
      else parts.return?.();
    });
  }

  function attempt(id: number | null, body: () => void): void {
    try {
      body();
    } catch (error) {
      reply({
        type: "failed",
        id,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }
}
