/**
 * @file `--engine`: where the arithmetic happens.
 */

import { Option } from "commander";
import { ENGINE_NAMES, engineName, useEngine, type EngineName } from "unrolled";

export const engineOption = () =>
  new Option("--engine <name>", "where the arithmetic happens (default: the fastest here)").choices(
    ENGINE_NAMES,
  );

/** Switches to the engine that was asked for, and gives the name of the one in use. */
export function setUpEngine(name: EngineName | undefined): EngineName {
  if (name !== undefined) useEngine(name);
  return engineName();
}
