/**
 * @file Every knob and seed in the address: `?3A.rho=1.1&3A.seed=7#3A`. What stands at its default
 * is left out.
 */

import { settingsFor } from "../experiments/run-experiment.ts";
import type { About } from "./about.ts";
import type { Values } from "./protocol.ts";

export interface UrlSettings {
  settings: Values;
  /** The address asks for something of this experiment. */
  isAsked: boolean;
  /** What of it cannot be, in words; the defaults stand instead. */
  problem: string;
}

export function defaultSettings(about: About, isSmall: boolean): Values {
  return settingsFor(about, isSmall ? about.small : {});
}

export function readSettings(about: About, isSmall: boolean, search: string): UrlSettings {
  const defaults = defaultSettings(about, isSmall);
  const asked = [...new URLSearchParams(search)].filter(([name]) =>
    name.startsWith(`${about.id}.`),
  );
  let settings: Values = defaults;
  const problems: string[] = [];
  for (const [key, value] of asked) {
    const name = key.slice(about.id.length + 1);
    try {
      settings = settingsFor(about, { ...settings, [name]: value });
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { settings, isAsked: asked.length > 0, problem: problems.join(" ") };
}

/** `search` with this experiment's settings in place of those that it had. */
export function writeSettings(
  about: About,
  settings: Values,
  isSmall: boolean,
  search: string,
): string {
  const parameters = new URLSearchParams(search);
  for (const key of [...parameters.keys()]) {
    if (key.startsWith(`${about.id}.`)) parameters.delete(key);
  }
  const defaults = defaultSettings(about, isSmall);
  for (const [name, value] of Object.entries(settings)) {
    if (value !== defaults[name]) parameters.set(`${about.id}.${name}`, String(value));
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

/** The command that computes the same in a terminal. */
export function commandFor(about: About, settings: Values): string {
  const defaults = defaultSettings(about, false);
  const words = Object.entries(settings)
    .filter(([name, value]) => name === "seed" || value !== defaults[name])
    .map(([name, value]) => `--${name} ${shellWord(String(value))}`);
  return ["npx unrolled course run", about.id, ...words].join(" ");
}

function shellWord(text: string): string {
  return /^[\w.+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
