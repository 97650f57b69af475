import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { buildCommand, makeFolder, unrolled, type Outcome } from "./command.ts";

beforeAll(buildCommand);

/** Numbers in a language that says the tens after the ones: `forty two` → `to og fyrre`. */
function numberPairs(): [string, string][] {
  const ones = ["one:en", "two:to", "three:tre", "four:fire", "five:fem", "six:seks"];
  const tens = ["twenty:tyve", "thirty:tredive", "forty:fyrre", "fifty:halvtreds", "sixty:tres"];
  const things = ["cats:katte", "dogs:hunde", "ships:skibe", "trees:træer", "houses:huse"];
  return tens.flatMap((ten) =>
    ones.flatMap((one) =>
      things.map((thing): [string, string] => {
        const [[a, x], [b, y], [c, z]] = [ten, one, thing].map((pair) => pair.split(":"));
        return [`${a} ${b} ${c}.`, `${y} og ${x} ${z}.`];
      }),
    ),
  );
}

const pairs = numberPairs();
const side = (k: 0 | 1) => `${pairs.map((pair) => pair[k]).join("\n")}\n`;
const cwd = makeFolder({
  "train.en": side(0),
  "train.da.gz": gzipSync(side(1)),
  "short.da": side(1).split("\n").slice(0, 100).join("\n"),
  "pairs.csv": `id,Danish,English\n${pairs.map(([en, da], i) => `${i},"${da}","${en}"`).join("\n")}\n`,
  "test.tsv": "forty two cats.\tto og fyrre katte.\n\tempty\nsixty one ships.\ten og tres skibe.\n",
  "one.tsv": "שלום עולם\thello 🌍 e\u0301\n",
  "lonely.txt": "only one side\nof everything\n",
});
const run = (args: string[], input?: string) => unrolled(args, { cwd, input });
const TINY = ["--hidden", "32", "--embedding", "24", "--vocab-size", "400", "--dropout", "0"];
const QUICK = [...TINY, "--lr", "0.01", "--batch", "300"];

let trained: Outcome;
beforeAll(async () => {
  const files = ["train.en", "train.da.gz"];
  trained = await run(["train", "translation", ...files, "--steps", "150", ...QUICK, "-o", "m"]);
  expect(trained.code, trained.stderr).toBe(0);
}, 60_000);

describe("train translation", () => {
  test("writes a model directory, and shows BLEU beside the baselines", () => {
    for (const name of ["model.safetensors", "config.json", "dictionary.json", "report.html"]) {
      expect(existsSync(join(cwd, "m", name))).toBe(true);
    }
    expect(trained.stdout).toMatch(/136 pairs to train on, 7 to choose by, 7 to test/);
    for (const name of ["source copied", "word for word", "GRU"]) {
      expect(trained.stdout).toMatch(new RegExp(`^ +${name} +\\d+\\.\\d +\\d+\\.\\d `, "m"));
    }
    expect(trained.stderr).toMatch(
      /GRU {2}step +\d+ .* held-out \d+\.\d BLEU ↑ {2}word for word \d/,
    );
    const report = readFileSync(join(cwd, "m", "report.html"), "utf8");
    for (const title of ["Score", "Long sentences", "Learning", "Samples", "Where it looked"]) {
      expect(report).toContain(`<h2>${title}</h2>`);
    }
    expect(report).not.toMatch(/NaN|undefined|\[object/);
  });

  test("reads columns by name, and goes on after an interruption as if there had been none", async () => {
    const columns = ["--source", "Danish", "--target", "English"];
    const command = ["train", "translation", "pairs.csv", ...columns, "--steps", "40", ...QUICK];
    const whole = await run([...command, "-o", "whole"]);
    expect(whole.code, whole.stderr).toBe(0);
    let isStopped = false;
    const stopped = await unrolled([...command, "-o", "parts"], {
      cwd,
      onOutput(output, kill) {
        if (isStopped || !output.includes("step 10 ")) return;
        isStopped = true;
        kill("SIGINT");
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/--source Danish --target English -o parts --resume$/m);
    const resumed = await run(["train", "translation", "pairs.csv", "-o", "parts", "--resume"]);
    expect(resumed.code, resumed.stderr).toBe(0);
    const weights = (name: string) => readFileSync(join(cwd, name, "model.safetensors"));
    expect(weights("parts").equals(weights("whole"))).toBe(true);
  }, 60_000);

  test("drops what suits so few pairs, unless something is typed", async () => {
    const command = ["train", "translation", "test.tsv", "--steps", "1", "--hidden", "8"];
    for (const [typed, dropout] of [
      [[], 0.4],
      [["--dropout", "0.25"], 0.25],
    ] as const) {
      const { code, stderr } = await run([...command, ...typed, "-o", "drops", "--force"]);
      expect(code, stderr).toBe(0);
      const { config } = JSON.parse(readFileSync(join(cwd, "drops", "config.json"), "utf8")) as {
        config: { dropout: number };
      };
      expect(config.dropout).toBe(dropout);
    }
  });

  test("learns from one pair alone, whatever its characters", async () => {
    const { code, stderr, stdout } = await run(
      ["train", "translation", "one.tsv", "--steps", "3", ...QUICK, "-o", "one"], // prettier-ignore
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/1 pair to train on, 1 to choose by, 0 to test/);
  });

  test.each([
    [["train.en", "short.da"], /train\.en has 150 lines and short\.da has 100; expected one line/],
    [
      ["lonely.txt"],
      /lonely\.txt: expected two columns, sentences and their translations, got one/,
    ],
    [["pairs.csv", "--source", "Danisch"], /no column "Danisch"\. .* did you mean Danish\?/],
    [["train.en", "train.en", "train.en"], /Expected two files with a sentence on every line, or/],
    [["train.en", "train.da.gz", "--source", "x"], /--source is for a table; with two files/],
    [
      ["train.en", "train.da.gz", "--test", "140", "--validation", "10"],
      /has only 150 in 150 pairs/,
    ],
    [
      ["train.en", "train.da.gz", "--test", "train.en", "train.da.gz"],
      /Every source of the training files is held out too/,
    ],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await run(["train", "translation", ...args, "-o", "no"]);
    expect(code).toBeGreaterThan(0);
    expect(stderr.replaceAll("\n", " ")).toMatch(message);
  });
});

describe("run", () => {
  test("translates sentences, and shows where it looked", async () => {
    const { stdout } = await run([
      "run",
      "m",
      "forty two cats.",
      "sixty one ships.",
      "--attention",
    ]);
    expect(stdout).toMatch(/^to og fyrre katte\.$/m);
    expect(stdout).toMatch(/^en og tres skibe\.$/m);
    expect(stdout).toMatch(/^ +katte +cats \d/m);
  });

  test("every line of standard input gives a line", async () => {
    const { stdout } = await run(
      ["run", "m", "--beam", "1"],
      "forty two cats.\n\nfifty six trees.\n",
    );
    expect(stdout.split("\n")).toEqual(["to og fyrre katte.", "", "seks og halvtreds træer.", ""]);
  });

  test("a paragraph is translated sentence by sentence", async () => {
    const one = ["Forty two cats.", "Sixty one ships.", "Fifty six trees.", "Forty two cats."];
    const { stdout } = await run(["run", "m", one.join(" ")]);
    const { stdout: lines } = await run(["run", "m", ...one]);
    expect(stdout.trim()).toBe(lines.trim().split("\n").join(" "));
  });

  test("what it has never seen is translated too, with an end; and as events", async () => {
    const long = "forty two cats ".repeat(60);
    const outcome = await run(["run", "m", "🐌 שלום e\u0301", long, "--json", "--attention"]);
    const events = outcome.events();
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(events.map(({ type }) => type)).toEqual(["translation", "translation"]);
    expect(events[0].attention).toHaveLength((events[0].targetTokens as string[]).length - 1);
    expect(outcome.stderr).toContain("99 in 100 of those that the model was trained on");
  });
});

describe("eval and inspect", () => {
  test("give the score of other pairs beside the baselines", async () => {
    const { stdout, code } = await run(["eval", "m", "test.tsv"]);
    expect(code).toBe(0);
    expect(stdout.replaceAll("\n", " ")).toContain("1 pair with an empty side left out.");
    expect(stdout).toMatch(/^ +this model +100\.0 +100\.0 +1\.00 ×$/m);
    const [event] = (await run(["eval", "m", "test.tsv", "--json"])).events();
    expect(event).toMatchObject({ type: "evaluation", sentences: 2, empty: 1 });
    const { stdout: inside } = await run(["inspect", "m"]);
    expect(inside).toMatch(/BLEU +\d+\.\d on 7 test sentences \(best baseline, .*: \d+\.\d\)/);
  });
});
