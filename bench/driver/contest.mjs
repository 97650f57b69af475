/**
 * @file The systems of a run: started once each, started again after a failure, and compared with
 * one another before anything is timed.
 */

import { say } from "../../scripts/setup.mjs";
import { differenceOf, TOLERANCE } from "../work.mjs";
import { alternate } from "./alternate.mjs";
import { Child } from "./child.mjs";

export class Contest {
  /** Those that could be started, with their versions. */
  systems = [];
  /** Those that could not. */
  missing = [];
  #children = new Map();

  static async start(systems) {
    const contest = new Contest();
    for (const system of systems) {
      try {
        const { version } = await contest.#childOf(system);
        contest.systems.push({ ...system, version });
      } catch (error) {
        const reason = system.problem ?? error.message;
        say(`${system.id} cannot be had: ${reason}`);
        contest.missing.push({ ...system, reason });
      }
    }
    return contest;
  }

  /**
   * Every system at one piece of work.
   *
   * @param {object} options
   * @param {boolean} options.quick
   * @param {(system: object) => string | null} [options.skips] besides what it refuses itself
   * @returns {Promise<object[]>} a record for each system: times, or the reason why there are none
   */
  async measure(work, pace, { skips = () => null, tolerance = TOLERANCE } = {}) {
    const records = new Map();
    const entrants = [];
    for (const system of this.systems) {
      const reason = system.refuses(work) ?? skips(system);
      if (reason) {
        records.set(system.id, { reason });
        continue;
      }
      try {
        const child = await this.#childOf(system);
        entrants.push({ system, child, checks: await child.prepare(work, pace.prepareMs) });
      } catch (error) {
        records.set(system.id, { reason: error.message });
      }
    }

    const agreeing = await this.#agreeing(entrants, work, tolerance, records);
    const players = agreeing.map(({ child, system }) => ({ child, threads: system.threads }));
    const times = await alternate(players, pace);
    agreeing.forEach(({ system, difference }, i) => {
      const { error, ...time } = times[i];
      records.set(system.id, error ? { reason: error } : { ...time, difference });
    });
    return this.systems.map(({ id }) => ({ system: id, ...records.get(id) }));
  }

  /** For the results: who took part, and who could not. */
  describe() {
    return { systems: this.systems.map(described), missing: this.missing.map(described) };
  }

  stop() {
    for (const child of this.#children.values()) child.stop();
  }

  /** PyTorch is right, if it is here; otherwise the first of ours, whose tests hold it to PyTorch. */
  async #agreeing(entrants, work, tolerance, records) {
    const judge = entrants.find(({ system }) => system.id === "torch") ?? entrants[0];
    const agreeing = [];
    for (const entrant of entrants) {
      const { system, checks } = entrant;
      const variant = system.variantOf?.(work) ?? {};
      const expected =
        Object.keys(variant).length > 0
          ? await this.#expectedOf({ ...work, ...variant }, work, entrants)
          : judge.checks;
      const comparable = expected && Object.keys(checks).length > 0;
      const difference = comparable ? differenceOf(checks, expected) : null;
      if (difference === null || difference <= tolerance) {
        agreeing.push({ ...entrant, difference });
        continue;
      }
      const reason = `wrong: differs by ${difference.toPrecision(2)} from ${judge.system.id}`;
      say(`  ${system.id}: ${reason}`);
      records.set(system.id, { reason, difference });
    }
    return agreeing;
  }

  /** What one of ours makes of a variant; then it goes back to the work itself. */
  async #expectedOf(variant, work, entrants) {
    const ours = entrants.find(({ system }) => system.kind === "unrolled");
    if (!ours) return null;
    const checks = await ours.child.prepare(variant);
    await ours.child.prepare(work);
    return checks;
  }

  async #childOf(system) {
    let child = this.#children.get(system.id);
    if (!child || child.ended) {
      child = await (system.start?.() ?? Child.start(system));
      this.#children.set(system.id, child);
    }
    return child;
  }
}

function described({ id, label, kind, engine, threads, version, reason }) {
  return { id, label, kind, engine, threads, version, reason };
}
