import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildCommand, makeFolder, someText, TINY, unrolled, type RunOptions } from "./command.ts";

beforeAll(buildCommand);

const cwd = makeFolder({ "text.txt": someText(20_000), "other.txt": someText(10_000) });
const train = ["train", "text", "text.txt", "--steps", "1500", ...TINY];
const weights = (folder: string) => readFileSync(join(cwd, folder, "model.safetensors"));

let whole: Buffer;
beforeAll(async () => {
  const { code } = await unrolled([...train, "-o", "whole"], { cwd });
  expect(code).toBe(0);
  whole = weights("whole");
});

/** Sends the signal when the first validation has been printed. */
function interrupt(...signals: NodeJS.Signals[]): Pick<RunOptions, "onOutput"> {
  let isSent = false;
  return {
    onOutput(output, kill) {
      if (isSent || !/held-out \d/.test(output)) return;
      isSent = true;
      signals.forEach(kill);
    },
  };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s saves a checkpoint, and the command it names goes on to the very same weights",
  async (signal) => {
    const folder = signal.toLowerCase();
    const args = [...train, "-o", folder, "--checkpoint-every", "1000"];
    const first = await unrolled(args, { cwd, ...interrupt(signal) });

    expect(first.code).toBe(130);
    expect(first.stderr).toMatch(/Stopped after [\d,]+ steps; a checkpoint is saved\. Go on with:/);
    expect(existsSync(join(cwd, folder, "model.safetensors"))).toBe(false);
    const [, command] = /unrolled\.js (train text .* --resume)\n/.exec(first.stderr)!;
    expect(command).toBe(`train text text.txt -o ${folder} --resume`);

    const second = await unrolled(command.split(" "), { cwd });
    expect(second.code).toBe(0);
    expect(weights(folder).equals(whole)).toBe(true);
    expect(readdirSync(join(cwd, folder)).sort()).toEqual([
      "config.json",
      "metrics.jsonl",
      "model.safetensors",
      "report.html",
    ]);
    // The validations of both runs, each once.
    const lines = readFileSync(join(cwd, folder, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const steps = lines
      .map((line) => JSON.parse(line) as { type: string; step: number })
      .filter(({ type }) => type === "validation")
      .map(({ step }) => step);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect(steps).toHaveLength(10);
  },
);

let attempt = 0;
// On a busy machine the first signal may have done its work before the second is sent.
test("a second signal ends it at once", { retry: 3 }, async () => {
  const { signal } = await unrolled([...train, "-o", `twice-${attempt++}`], {
    cwd,
    ...interrupt("SIGINT", "SIGTERM"),
  });
  // Sent together, they may arrive in either order.
  expect(["SIGINT", "SIGTERM"]).toContain(signal);
});

test("one Ctrl-C that arrives twice, as under npx, is one: a checkpoint is saved", async () => {
  const { code } = await unrolled([...train, "-o", "npx"], {
    cwd,
    ...interrupt("SIGINT", "SIGINT"),
  });
  expect(code).toBe(130);
  expect(existsSync(join(cwd, "npx", "checkpoint", "state.safetensors"))).toBe(true);
});

test("kill -9 half way through writing a checkpoint leaves the one before, and it resumes", async () => {
  const args = [...train, "-o", "killed", "--checkpoint-every", "0.05"];
  const brokenFs = { call: "writeFileSync", path: "state.safetensors", nth: 3, code: "KILL" };
  const first = await unrolled(args, { cwd, brokenFs });
  expect(first.signal).toBe("SIGKILL");

  const second = await unrolled(
    ["train", "text", "text.txt", "-o", "killed", "--resume", "--json"],
    { cwd },
  );
  expect(second.code).toBe(0);
  const plan = second.events().find(({ type }) => type === "plan");
  expect(plan?.startStep).toBeGreaterThan(0);
  expect(weights("killed").equals(whole)).toBe(true);
});

test("an unfinished run is not written over, and resumes only as it was", async () => {
  const start = await unrolled([...train, "-o", "half"], { cwd, ...interrupt("SIGINT") });
  expect(start.code).toBe(130);
  const resume = ["train", "text", "text.txt", "-o", "half", "--resume"];

  const again = await unrolled([...train, "-o", "half"], { cwd });
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/half holds an unfinished run\. Go on with it \(--resume\)/);

  const otherText = await unrolled(["train", "text", "other.txt", "-o", "half", "--resume"], {
    cwd,
  });
  expect(otherText.code).toBe(1);
  expect(otherText.stderr).toMatch(/The data is not what the run in half began with/);

  const otherSize = await unrolled([...resume, "--hidden", "16"], { cwd });
  expect(otherSize.code).toBe(2);
  expect(otherSize.stderr).toMatch(/hiddenSize was 8 and cannot become 16/);

  const otherBudget = await unrolled([...resume, "--minutes", "1"], { cwd });
  expect(otherBudget.code).toBe(2);
  expect(otherBudget.stderr).toMatch(/minutes was "not given" and cannot become 1/);

  const same = await unrolled([...resume, "--hidden", "8", "--steps", "1500"], { cwd });
  expect(same.code).toBe(0);
  expect(weights("half").equals(whole)).toBe(true);
});
