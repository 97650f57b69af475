/**
 * @file The driver's side of a measured process; `peers/serve.mjs` has the protocol.
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { clearTimeout } from "node:timers";
import { Entrant } from "./entrant.mjs";
import { reasonIn } from "./reason.mjs";

const HELLO_LIMIT_MS = 120_000;

/** Those that are to end with this process, whatever ends it. */
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.stop();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

export class Child extends Entrant {
  #process;
  #pending = null;
  #lastWords = "";

  /** Waits until it has said hello. `nodeFlags` are for Node, where the process is one. */
  static async start({ command, args, env, label }, nodeFlags = []) {
    const at = args.indexOf(process.execPath) + 1;
    const child = new Child(command, [...args.slice(0, at), ...nodeFlags, ...args.slice(at)], env);
    try {
      ({ version: child.version } = await child.#answer(HELLO_LIMIT_MS, `${label} to start`));
    } catch (error) {
      child.stop();
      throw error;
    }
    return child;
  }

  constructor(command, args, env) {
    super();
    this.#process = spawn(command, args, { env: { ...process.env, ...env } });
    running.add(this);
    this.#process.on("error", (error) => this.#end(error.message));
    this.#process.on("close", (code, signal) =>
      this.#end(reasonIn(this.#lastWords) || `it ended with ${signal ?? `status ${code}`}`),
    );
    this.#process.stdin.on("error", () => {}); // "close" tells more
    this.#process.stderr.on("data", (chunk) => {
      this.#lastWords = (this.#lastWords + chunk).slice(-4000);
    });
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      // Some libraries greet on stdout.
      if (!line.startsWith("{") || !this.#pending) return;
      const { resolve } = this.#pending;
      this.#pending = null;
      resolve(JSON.parse(line));
    });
  }

  /** Its answer. Throws what went wrong there; past the limit the process is ended. */
  async ask(request, limitMs) {
    this.#process.stdin.write(JSON.stringify(request) + "\n");
    const answer = await this.#answer(limitMs, request.do);
    if (answer.error !== undefined) throw new Error(reasonIn(answer.error));
    return answer;
  }

  /** Lets it end by itself. */
  close() {
    return new Promise((resolve) => {
      this.#process.on("close", resolve);
      this.#process.stdin.end();
    });
  }

  stop() {
    this.#end("it was stopped");
    this.#process.kill("SIGKILL");
  }

  #answer(limitMs, what) {
    if (this.ended) return Promise.reject(new Error(this.ended));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.stop();
        reject(new Error(`more than ${Math.round(limitMs / 1000)} s (${what})`));
      }, limitMs);
      const finish = (settle) => (value) => {
        clearTimeout(timer);
        settle(value);
      };
      this.#pending = { resolve: finish(resolve), reject: finish(reject) };
    });
  }

  #end(reason) {
    if (this.ended) return;
    this.ended = reason;
    running.delete(this);
    const waiting = this.#pending;
    this.#pending = null;
    waiting?.reject(new Error(reason));
  }
}
