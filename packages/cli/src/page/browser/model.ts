/**
 * @file The page's half: starts the worker out of the page itself, hands it the model, and asks.
 */

import type { Reply, Request } from "../messages.ts";

export interface Listener<Part> {
  part(part: Part): void;
  done(): void;
  failed(message: string): void;
}

/** The model in its worker. Only the latest question is answered. */
export interface PageModel<Question, Part> {
  ask(what: Question, listener: Listener<Part>): void;
  /** Ends the answer that is being given. */
  stop(): void;
}

/** Unpacks the model and starts it. @param failed is told what went wrong before it was ready */
export function openModel<Question, Part>(
  ready: (model: PageModel<Question, Part>) => void,
  failed: (message: string) => void,
): void {
  let latest = 0;
  let listener: Listener<Part> | null = null;
  let worker: Worker;
  const send = (message: Request) => worker.postMessage(message);
  try {
    const script = new Blob([textOf("worker")], { type: "text/javascript" });
    worker = new Worker(URL.createObjectURL(script));
    const files = {
      "config.json": new TextEncoder().encode(textOf("config")),
      "model.safetensors": bytesOf(textOf("weights")),
    };
    send({ type: "load", files });
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
    return;
  }
  worker.addEventListener("error", ({ message }) => failed(message || "The worker did not start."));
  worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    if (data.type === "ready") {
      ready({
        ask(what, hears) {
          listener = hears;
          send({ type: "ask", id: ++latest, what });
        },
        stop() {
          listener?.done();
          listener = null;
          latest++;
        },
      });
      return;
    }
    if (data.type === "failed" && data.id === null) failed(data.message);
    if (data.id !== latest || !listener) return;
    if (data.type === "part") listener.part(data.part as Part);
    else if (data.type === "done") listener.done();
    else listener.failed(data.message);
  });
}

function textOf(id: string): string {
  return document.getElementById(id)!.textContent.trim();
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
