import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { FormatError } from "../core/errors.ts";
import { readFileBytes, writeFileAtomic } from "./node-files.ts";

const root = mkdtempSync(join(realpathSync(tmpdir()), "unrolled-files-"));
let folder: string;
let count = 0;
beforeEach(() => mkdirSync((folder = join(root, String(count++)))));
afterAll(() => rmSync(root, { recursive: true }));

const bytes = new Uint8Array([1, 2, 3]);

describe("writeFileAtomic", () => {
  test("writes a new file, replaces an old one, and leaves nothing else behind", () => {
    const path = join(folder, "a");
    writeFileAtomic(path, bytes);
    writeFileAtomic(path, new Uint8Array([9]));
    expect(readFileBytes(path)).toEqual(new Uint8Array([9]));
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("writes through a link and leaves it a link", () => {
    writeFileSync(join(folder, "real"), "old");
    symlinkSync(join(folder, "real"), join(folder, "link"));
    writeFileAtomic(join(folder, "link"), bytes);
    expect(readFileSync(join(folder, "real"))).toEqual(Buffer.from(bytes));
    expect(readdirSync(folder)).toEqual(["link", "real"]);
  });

  test("says that the folder is missing", () => {
    const write = () => writeFileAtomic(join(folder, "none", "a"), bytes);
    expect(write).toThrow(FormatError);
    expect(write).toThrow(/Cannot write .*none.a: its folder does not exist\. Create it first\./);
  });

  test("says that the name is a folder's, and leaves no file beside it", () => {
    mkdirSync(join(folder, "a"));
    expect(() => writeFileAtomic(join(folder, "a"), bytes)).toThrow(/is a folder or a device/);
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("says that part of the path is a file", () => {
    writeFileSync(join(folder, "a"), "");
    expect(() => writeFileAtomic(join(folder, "a", "b"), bytes)).toThrow(/is a file and not a/);
  });

  test.skipIf(!existsSync("/dev/full"))("leaves a device alone", () => {
    expect(() => writeFileAtomic("/dev/full", bytes)).toThrow(/Cannot write \/dev\/full/);
    expect(existsSync("/dev/full")).toBe(true);
  });
});

describe("readFileBytes", () => {
  test("says that there is no such file, and where it looked", () => {
    const read = () => readFileBytes(join(folder, "none"));
    expect(read).toThrow(FormatError);
    expect(read).toThrow(/Cannot read \/.*none: there is no such file\./);
  });

  test("says that it is a folder", () => {
    expect(() => readFileBytes(folder)).toThrow(/it is a folder\. Name the file in it\./);
  });
});
