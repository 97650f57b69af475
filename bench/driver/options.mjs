/**
 * @file What all benches understand on the command line.
 */

import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../../scripts/setup.mjs";
import { CELLS, MODES, SHAPES } from "../work.mjs";
import { FULL, QUICK } from "./alternate.mjs";

/** `defaults` are what a bench takes where nothing was asked for. */
export function readOptions(defaults = {}) {
  const string = { type: "string" };
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      shapes: string,
      cells: string,
      modes: string,
      systems: string,
      out: string,
    },
  });
  const { quick } = values;
  const out = values.out ? resolve(process.env.INIT_CWD ?? ".", values.out) : defaultOut(quick);
  return {
    quick,
    pace: quick ? QUICK : FULL,
    // S4 takes as long as all others together.
    shapes: listOf("shapes", values.shapes, Object.keys(SHAPES)) ?? shapesFor(quick),
    cells: listOf("cells", values.cells, CELLS) ?? defaults.cells ?? CELLS,
    modes: listOf("modes", values.modes, MODES) ?? MODES,
    systems: values.systems?.split(",") ?? [],
    out,
    results: join(dirname(out), "results"),
  };
}

/** Rough figures do not take the place of good ones. */
function defaultOut(quick) {
  return join(ROOT, "bench", ...(quick ? ["quick"] : []), "RESULTS.md");
}

function shapesFor(quick) {
  return Object.keys(SHAPES).filter((shape) => !quick || shape !== "S4");
}

/** Without regard to case; undefined if nothing was asked for. */
function listOf(option, text, allowed) {
  return text?.split(",").map((word) => {
    const found = allowed.find((name) => name.toLowerCase() === word.trim().toLowerCase());
    if (found) return found;
    throw new Error(`--${option}: expected some of ${allowed.join(", ")}, got ${word}.`);
  });
}
