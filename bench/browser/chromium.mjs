/**
 * @file A headless Chromium with one page of workers that can be measured.
 */

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clearTimeout } from "node:timers";
import { Entrant } from "../driver/entrant.mjs";
import { servePage } from "./server.mjs";

const START_LIMIT_MS = 30_000;

const NAMES = [
  ...["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The program that BENCH_BROWSER names, or one of the usual names; and its version. */
export function findBrowser() {
  const named = process.env.BENCH_BROWSER;
  for (const command of named ? [named] : NAMES) {
    const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
    const version = /^\w[\w ]*? [\d.]+/.exec(stdout ?? "")?.[0];
    if (status === 0 && version) return { command, version };
  }
  return null;
}

export class Page {
  #process;
  #profile;
  #server;
  #pending = new Map();
  #workers = new Set();
  #lastId = 0;

  /** @param {Map<string, Uint8Array>} bundles the workers' scripts, by path */
  static async open(command, bundles) {
    const page = new Page();
    page.#server = await servePage(bundles);
    page.#server.onAnswer(({ id, answer }) => page.#settle(id, answer));
    page.#server.onFailure(({ system, message }) => {
      for (const [id, pending] of page.#pending) {
        if (pending.system === system) page.#settle(id, { error: message });
      }
    });
    page.#profile = mkdtempSync(join(tmpdir(), "unrolled-bench-"));
    const flags = ["--headless=new", "--no-first-run", "--disable-gpu", "--disable-extensions"];
    // Chromium's sandbox does not start for root.
    if (process.getuid?.() === 0) flags.push("--no-sandbox");
    page.#process = spawn(
      command,
      [...flags, `--user-data-dir=${page.#profile}`, page.#server.url],
      { stdio: "ignore", detached: true },
    );
    process.on("exit", () => page.close());
    await within(START_LIMIT_MS, page.#server.connected, "the browser did not open the page");
    return page;
  }

  /** A worker that runs the script at `path`. */
  async start(system, path, options) {
    const worker = new PageWorker(this, system.id);
    this.#workers.add(worker);
    this.#server.send({ system: system.id, script: path, id: ++this.#lastId, request: options });
    await this.#answer(this.#lastId, system.id, START_LIMIT_MS);
    return worker;
  }

  async ask(system, request, limitMs) {
    const id = ++this.#lastId;
    this.#server.send({ system, id, request });
    return await this.#answer(id, system, limitMs);
  }

  /** Ends a worker, whatever it is doing. */
  terminate(system) {
    this.#server.send({ system });
  }

  close() {
    if (!this.#process) return;
    try {
      process.kill(-this.#process.pid, "SIGKILL"); // its helpers too
    } catch {
      // It has ended by itself.
    }
    this.#process = null;
    this.#server.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #answer(id, system, limitMs) {
    const arrives = new Promise((resolve) => this.#pending.set(id, { system, resolve }));
    const answer = await within(limitMs, arrives, `more than ${Math.round(limitMs / 1000)} s`);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  #settle(id, answer) {
    this.#pending.get(id)?.resolve(answer);
    this.#pending.delete(id);
  }
}

class PageWorker extends Entrant {
  #page;
  #system;

  constructor(page, system) {
    super();
    this.#page = page;
    this.#system = system;
  }

  async ask(request, limitMs) {
    try {
      return await this.#page.ask(this.#system, request, limitMs);
    } catch (error) {
      // What is late may still be at work, and would disturb the others.
      if (error.message.startsWith("more than")) this.stop();
      throw error;
    }
  }

  stop() {
    if (!this.ended) this.#page.terminate(this.#system);
    this.ended = "it was stopped";
  }
}

/** What it resolves to; an error past the limit. */
async function within(limitMs, promise, otherwise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
