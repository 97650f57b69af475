#!/usr/bin/env node
import { existsSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

// Training makes V8 look for garbage several times a second, and its helper threads then take half as
// much processor time again: docs/decisions/0010-the-collector-has-little-to-do.md.
setFlagsFromString("--no-concurrent-marking");

const built = new URL("../dist/main.js", import.meta.url);

if (existsSync(built)) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  console.error("unrolled: the command is not built yet. Run `npm run build` first.");
  process.exitCode = 1;
}
