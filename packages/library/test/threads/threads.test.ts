/**
 * Threads that make batches run as a user's program starts them: in a process of their own.
 */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../../..");

interface Printed {
  batches: { values: number[]; noise: number; isTensor: boolean }[];
  threads: number[];
  failure: { message: string; index: number | null } | null;
}

async function run(counts: number[], fault = ""): Promise<Printed[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      "--conditions=unrolled-source",
      "--import",
      pathToFileURL(join(ROOT, "scripts", "typescript.mjs")).href,
      join(import.meta.dirname, "main.ts"),
      ...counts.map(String),
    ],
    { timeout: 50_000, env: { ...process.env, FAULT: fault } },
  );
  return JSON.parse(stdout) as Printed[];
}

describe("AsyncDataLoader in threads", { concurrent: true }, () => {
  test("one thread, two threads and none give the same batches in the same order", async () => {
    const [none, one, two] = await run([0, 1, 2]);
    const values = ({ batches }: Printed) => batches.map((batch) => batch.values);
    const noise = ({ batches }: Printed) => batches.map((batch) => batch.noise);
    expect(values(one)).toEqual(values(none));
    expect(values(two)).toEqual(values(none));
    expect(values(none).length).toBe(12);
    expect(two.batches.every(({ isTensor }) => isTensor)).toBe(true);

    expect(noise(two)).toEqual(noise(one));
    expect(new Set(noise(one)).size).toBe(12);
    expect(none.threads).toEqual([0]);
    expect([one.threads.length, two.threads.length]).toEqual([1, 2]);
    expect([...one.threads, ...two.threads]).not.toContain(0);
  });

  test("an error in a thread names the item", async () => {
    const [{ failure, batches }] = await run([2], "bad");
    expect(failure).toEqual({
      message: "Item 13 of the data set could not be read: a bad file",
      index: 13,
    });
    expect(batches.flatMap(({ values }) => values)).not.toContain(130);
  });

  test("a thread that ends, and one that never answers, are errors and no endless wait", async () => {
    const [[ended], [silent]] = [await run([1], "exit"), await run([1], "silent")];
    expect(ended.failure?.message).toMatch(/ran file:.*data\.ts ended before it gave its batch/);
    expect(silent.failure?.message).toMatch(/silent\.ts .*Does the module call serveBatches\?/);
  });

  test("a program that leaves its loop early ends by itself", async () => {
    const [{ batches }] = await run([2], "leave");
    expect(batches.length).toBe(2);
  });
});
