/**
 * @file Loaded with `node --import` before the command: makes the file system fail on purpose.
 *
 * BROKEN_FS is JSON: { call, path, nth, code }. From its nth call on, the function `call` of
 * node:fs fails with `code` where the path (or the file that a descriptor was opened for) ends in
 * `path`. With the code "KILL" the process writes half of the bytes and is gone, as with kill -9.
 */

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { call, path, nth = 1, code } = JSON.parse(process.env.BROKEN_FS);
const SYSCALLS = { readFileSync: "open", writeFileSync: "write", mkdirSync: "mkdir" };

const opened = new Map();
const openSync = fs.openSync;
fs.openSync = (name, ...rest) => {
  const descriptor = openSync(name, ...rest);
  opened.set(descriptor, String(name));
  return descriptor;
};

const original = fs[call];
let calls = 0;
fs[call] = (file, ...rest) => {
  // A file is written beside its place first: state.safetensors.1234.tmp
  const name = String(opened.get(file) ?? file).replace(/\.\d+\.tmp$/, "");
  if (!name.endsWith(path) || ++calls < nth) return original(file, ...rest);
  if (code === "KILL") {
    const [bytes] = rest;
    original(file, bytes.subarray(0, bytes.length / 2));
    process.kill(process.pid, "SIGKILL");
  }
  const message = `${code}: made to fail, ${SYSCALLS[call]} '${name}'`;
  throw Object.assign(new Error(message), { code, syscall: SYSCALLS[call], path: name });
};
syncBuiltinESMExports();
