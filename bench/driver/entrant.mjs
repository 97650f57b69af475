/**
 * @file Something that can be measured: a process, or a worker in a page.
 */

export class Entrant {
  /** Why it can no longer be asked anything; null while it can. */
  ended = null;
  version = "";

  /** What it computed, as fingerprints; nothing where `check` is false. */
  async prepare(work, limitMs = 120_000, { check = true } = {}) {
    return (await this.ask({ do: "prepare", work, check }, limitMs)).checks;
  }

  /** Milliseconds for each of `count` calls. */
  async run(count, limitMs = 120_000) {
    return (await this.ask({ do: "run", count }, limitMs)).ms / count;
  }

  async peakMiB() {
    return (await this.ask({ do: "memory" }, 10_000)).peakMiB;
  }
}
