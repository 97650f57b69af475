import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import {
  buildCommand,
  COMMAND,
  makeFolder,
  someText,
  TINY,
  unrolled,
  type Outcome,
} from "./command.ts";

beforeAll(buildCommand);

const text = someText(8000);
const cwd = makeFolder({
  "book.txt": text,
  "part-1.txt": text.slice(0, 5000),
  "part-2.txt": text.slice(5000),
  "new.txt": someText(3000),
  "cafe.txt": Buffer.from("le caf\xe9 de la m\xe8re \x96 ".repeat(60), "latin1"),
  "foreign.txt": `${text.slice(0, 50)} 日本`,
});
const run = (...args: string[]) => unrolled(args, { cwd });
const train = ["train", "text", "book.txt", "--steps", "60", ...TINY];

let trained: Outcome;
beforeAll(async () => {
  trained = await run(...train);
  expect(trained.code).toBe(0);
});

describe("train text", () => {
  test("writes a model directory named after the text and the cell", () => {
    for (const name of ["model.safetensors", "config.json", "metrics.jsonl", "report.html"]) {
      expect(existsSync(join(cwd, "runs", "book-lstm", name))).toBe(true);
    }
    expect(existsSync(join(cwd, "runs", "book-lstm", "checkpoint"))).toBe(false);
  });

  test("shows the model beside the baselines, and what to type next", () => {
    const { stdout, stderr } = trained;
    for (const name of ["uniform", "unigram", "bigram", "5-gram", "LSTM"]) {
      expect(stdout).toMatch(new RegExp(`^ +${name} +\\d\\.\\d{3} +\\d\\.\\d{3} +\\d`, "m"));
    }
    expect(stdout).toMatch(/(Better|Not better) than the best baseline/);
    expect(stdout).toMatch(/Next +.* run runs\/book-lstm the$/m);
    expect(stderr).toMatch(
      /LSTM {2}step 60 .* held-out \d\.\d{3} nats . {2}5-gram \d\.\d{3} \([+−]/,
    );
  });

  test("prints neither colours nor a line that is written over where nobody watches", () => {
    const all = trained.stdout + trained.stderr;
    expect(all).toBe(stripVTControlCharacters(all));
    expect(all).not.toContain("\r");
  });

  test("colours the cells where that is forced, and not where NO_COLOR forbids it", async () => {
    const args = ["eval", "runs/book-lstm", "new.txt"];
    const forced = await unrolled(args, { cwd, env: { FORCE_COLOR: "1" } });
    expect(forced.stdout).toContain("\u001b[94mLSTM\u001b[39m");
    const forbidden = await unrolled(args, { cwd, env: { NO_COLOR: "1" } });
    expect(forbidden.stdout).toBe(stripVTControlCharacters(forced.stdout));
  });

  test("several files are one text, and standard input is a file", async () => {
    const parts = ["train", "text", "part-1.txt", "part-2.txt", "--steps", "60", ...TINY];
    const joined = await run(...parts, "-o", "joined");
    const piped = await unrolled(["train", "text", "-", "--steps", "60", ...TINY], {
      cwd,
      input: text,
    });
    expect([joined.code, piped.code]).toEqual([0, 0]);
    const weights = (folder: string) => readFileSync(join(cwd, folder, "model.safetensors"));
    expect(weights("joined").equals(weights("runs/book-lstm"))).toBe(true);
    expect(weights("runs/stdin-lstm").equals(weights("runs/book-lstm"))).toBe(true);
  });

  test("says in which encoding the text is, if it is not UTF-8", async () => {
    const { stdout, code } = await run(
      "train",
      "text",
      "cafe.txt",
      ...["--steps", "4", ...TINY, "-o", "cafe"],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/cafe\.txt: .* in windows-1252,\s1,260\scharacters/);
    expect(
      (await run("run", "cafe", "caf\u00e9 de la m\u00e8re \u2013", "--length", "3")).code,
    ).toBe(0);
    expect(trained.stdout).not.toContain(" in UTF-8");
  });

  test("a size changes the defaults, and an option changes the size", async () => {
    const options = ["--size", "large", "--dropout", "0.25", "--tie-weights", "-o", "sized"];
    expect((await run("train", "text", "book.txt", "--steps", "2", ...TINY, ...options)).code).toBe(
      0,
    );
    const json = JSON.parse(readFileSync(join(cwd, "sized", "config.json"), "utf8")) as object;
    expect(json).toMatchObject({
      config: { numLayers: 2, dropout: 0.25, weightDropout: 0.3, tieWeights: true, hiddenSize: 8 },
    });
    const help = (await run("train", "text", "--help")).stdout.replaceAll(/\s+/g, " ");
    expect(help).toContain("settings that suit 3, 30, 90 minutes on two cores");
  });

  test.each(["word", "bpe"])(
    "learns %s tokens, and counts the loss per character too",
    async (kind) => {
      const options = ["--tokens", kind, "--vocab-size", "270", "-o", kind, "--json"];
      const outcome = await run(...train, ...options);
      expect(outcome.code).toBe(0);
      const end = outcome.events().at(-1) as unknown as {
        evaluation: { natsPerToken: number; natsPerCharacter: number };
      };
      expect(end.evaluation.natsPerToken).toBeGreaterThan(end.evaluation.natsPerCharacter);
      expect((await run("run", kind, "the cat", "--length", "5")).stdout).toMatch(/^the cat/);
    },
  );

  test("--json prints events alone on stdout, and the same lines as metrics.jsonl", async () => {
    const outcome = await run(...train, "--json", "-o", "json");
    const types = outcome.events().map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(["start", "plan"]);
    expect(types.at(-1)).toBe("end");
    expect(types.filter((type) => type === "validation")).toHaveLength(10);
    expect(outcome.stderr).toMatch(/nats\/char/);

    const lines = readFileSync(join(cwd, "json", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const kept = lines.map((line) => JSON.parse(line) as { type: string });
    expect(kept.map(({ type }) => type)).toEqual(types);
    expect(kept.at(-1)).toMatchObject({ steps: 60, stoppedBy: "budget" });
  });

  test("the report needs nothing but itself, and shows curves, baselines, sample and settings", () => {
    const report = readFileSync(join(cwd, "runs", "book-lstm", "report.html"), "utf8");
    expect(report).not.toMatch(/<script|https?:|<link|@import|url\((?!#)/);
    expect(report).toMatch(/<path\s+class="curve lstm"[^>]* d="M[\d.,L]+"/);
    for (const word of [
      "5-gram",
      "A sample",
      "hiddenSize",
      "tokens/s",
      "The numbers",
      "What surprises it",
    ]) {
      expect(report).toContain(word);
    }
    expect(report).not.toMatch(/NaN|undefined|\[object/);
  });
});

describe("run", () => {
  const model = "runs/book-lstm";

  test("continues a prompt; the same seed gives the same text, and another seed another", async () => {
    const args = ["run", model, "the cat", "--length", "80"];
    const [one, same, other] = await Promise.all(
      ["1", "1", "2"].map((seed) => run(...args, "--seed", seed)),
    );
    expect(one.stdout).toMatch(/^the cat/);
    expect(one.stdout).toHaveLength("the cat".length + 80 + 1);
    expect(same.stdout).toBe(one.stdout);
    expect(other.stdout).not.toBe(one.stdout);
  });

  test("without a prompt every line of standard input is one, and without lines the model begins", async () => {
    const args = ["run", model, "--length", "9", "--seed", "1"];
    const piped = await unrolled(args, { cwd, input: "the cat\na dog" });
    const [one, two] = await Promise.all(["the cat", "a dog"].map((it) => run(...args, it)));
    expect(piped.stdout).toBe(one.stdout + two.stdout);
    const free = await unrolled(args, { cwd, input: "" });
    expect(free.stdout.length).toBeGreaterThan(9);
    const bad = await unrolled(args, { cwd, input: "the cat\n日本\na dog" });
    expect(bad.stderr).toMatch(/^unrolled: standard input, line 2: The prompt has characters/);
    expect(bad.code).toBe(1);
  });

  test("stops before the text it is told to stop at", async () => {
    const { stdout } = await run("run", model, "the", "--stop", "\n", "--length", "500");
    expect(stdout.trimEnd()).not.toContain("\n");
  });

  test("--json gives the pieces, and the seed to have them again", async () => {
    const events = (await run("run", model, "a dog", "--length", "9", "--json")).events();
    expect(events.at(-1)).toEqual({ type: "end", seed: expect.any(Number) as number });
    const pieces = events.filter(({ type }) => type === "text").map(({ text: piece }) => piece);
    expect(pieces.join("")).toHaveLength("a dog".length + 9);
  });

  test.skipIf(process.platform === "win32")("ends quietly when its reader has seen enough", () => {
    const command = `"${process.execPath}" "${COMMAND}" run ${model} the --length 50000 | head -c 3`;
    const { stdout, stderr } = spawnSync("sh", ["-c", command], { cwd, encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["the", ""]);
  });

  test("gives several samples of a prompt, each with a seed of its own", async () => {
    const args = ["run", model, "the cat", "--length", "20", "--seed", "5"];
    const [three, first, third] = await Promise.all([
      run(...args, "--samples", "3"),
      run(...args),
      run(...args.slice(0, -1), "7"),
    ]);
    expect(three.stdout.startsWith(first.stdout)).toBe(true);
    expect(three.stdout.endsWith(third.stdout)).toBe(true);
    const events = (await run(...args, "--samples", "2", "--json")).events();
    expect(events.filter(({ type }) => type === "end")).toEqual([
      { type: "end", seed: 5, sample: 1 },
      { type: "end", seed: 6, sample: 2 },
    ]);
  });

  test("--chat carries the story on from line to line, and takes commands", async () => {
    /** What the model said, answer by answer. */
    const chat = async (...lines: string[]) => {
      const options = ["--chat", "--length", "20", "--seed", "3", "--json"];
      const input = lines.map((line) => `${line}\n`).join("");
      const outcome = await unrolled(["run", model, ...options], { cwd, input });
      const answers = [""];
      for (const { type, text: piece } of outcome.events()) {
        if (type === "end") answers.push("");
        else answers[answers.length - 1] += piece as string;
      }
      return { answers: answers.slice(0, -1), stderr: outcome.stderr };
    };
    const story = await chat(
      ...["the cat", "/more", "/reset", "/more"],
      ...["/temperature 0", "/reset", "the cat", "/reset", "the cat", "/next"],
    );
    const [first, carried, forgotten, cold, colder] = story.answers;
    expect(story.answers.map((it) => it.length)).toEqual([20, 20, 20, 20, 20]);
    expect(carried).not.toBe(forgotten);
    expect(first).not.toBe(cold);
    expect(colder).toBe(cold);
    expect(story.stderr).toContain("A new story.");
    expect(story.stderr).toContain("temperature is now 0.");
    expect(story.stderr).toMatch(/next +probability/);

    const [unknown, warm, negative] = await Promise.all([
      chat("/shout"),
      chat("/temperature warm"),
      chat("/temperature -1"),
    ]);
    expect(unknown.stderr).toMatch(/There is no \/shout\. What there is:/);
    expect(warm.stderr).toMatch(/expected a number/);
    expect(negative.stderr).toMatch(/temperature of 0 or more, got -1/);
  });

  test("--next shows what may come next, the likeliest first", async () => {
    const { stdout, code } = await run("run", model, "the ca", "--next", "3");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +next +probability\n.*\n( +"." +[\d.]+ %.*\n){3}$/);
    const [event] = (await run("run", model, "the ca", "--next", "1000", "--json")).events();
    const tokens = event.tokens as { probability: number }[];
    expect(tokens.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 8);
  });

  test("--score tells what surprised, as a list, events and a page", async () => {
    const args = ["run", model, "--score", "new.txt", "--html", "score.html"];
    const [plain, json] = [await run(...args), await run(...args, "--json")];
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/new\.txt: 3,000 characters, \d\.\d{3} nats \(\d\.\d{3} bits\)/);
    expect(plain.stdout.match(/\d bits \(/g)).toHaveLength(10);
    const { tokens, evaluation } = json.events()[0] as {
      tokens: { text: string; nats: number | null }[];
      evaluation: { natsPerToken: number; tokens: number };
    };
    expect(tokens.map((token) => token.text).join("")).toBe(someText(3000));
    const sum = tokens.reduce((total, { nats }) => total + (nats ?? 0), 0);
    expect(sum / evaluation.tokens).toBeCloseTo(evaluation.natsPerToken, 8);
    const page = readFileSync(join(cwd, "score.html"), "utf8");
    expect(page).toContain('<span class="s1" title="');
    expect(page).not.toMatch(/<script|https?:|NaN|undefined/);
  });

  test("a character that the model has never seen is named", async () => {
    const { code, stderr, stdout } = await run("run", model, "日本");
    expect(stderr).toMatch(/^unrolled: The prompt has characters .* never seen: "日", "本"\./);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});

describe("eval", () => {
  test("on the training text only the held-out end counts, and the score is that of training", async () => {
    const { stdout, code } = await run("eval", "runs/book-lstm", "book.txt");
    expect(code).toBe(0);
    expect(stdout).toMatch(/only the held-out end counts: 800 characters/);
    const score = /^ +LSTM .*$/m;
    expect(score.exec(stdout)?.[0]).toBe(score.exec(trained.stdout)?.[0]);
  });

  test("on another text the baselines are counted on the training text", async () => {
    const { stdout } = await run("eval", "runs/book-lstm", "new.txt");
    expect(stdout).toMatch(/new\.txt: 3,000 characters/);
    expect(stdout).toMatch(/5-gram/);
  });

  test("where the training text is gone, only what needs none stands beside the model", async () => {
    const gone = makeFolder({ "new.txt": someText(3000), "moved.txt": text });
    const model = join(cwd, "runs", "book-lstm");
    const without = await unrolled(["eval", model, "new.txt"], { cwd: gone });
    expect(without.code).toBe(0);
    expect(without.stdout).toMatch(/uniform/);
    expect(without.stdout).not.toMatch(/5-gram/);
    expect(without.stderr).toMatch(/Name it: --train <file>/);

    const named = await unrolled(["eval", model, "new.txt", "--train", "moved.txt"], { cwd: gone });
    expect(named.stdout).toMatch(/5-gram/);
    const wrong = await unrolled(["eval", model, "new.txt", "--train", "new.txt"], { cwd: gone });
    expect(wrong.stderr).toMatch(/new\.txt: this is not the text that the model .* was trained on/);
    expect(wrong.code).toBe(1);
  });

  test("a stray character that the model has never seen is left out, and told", async () => {
    writeFileSync(join(cwd, "stray.txt"), `${someText(1500)}日${someText(1500)}`);
    const { code, stdout } = await run("eval", "runs/book-lstm", "stray.txt");
    expect(code).toBe(0);
    expect(stdout).toMatch(/stray\.txt: 3,000 characters/);
    expect(stdout).toMatch(/never seen them: 1 of 3,001\s+characters \("日"\)/);
  });

  test("a text of such characters is refused", async () => {
    const { code, stderr } = await run("eval", "runs/book-lstm", "foreign.txt");
    expect(stderr).toMatch(
      /foreign\.txt has characters that the model has never seen: .*"日", "本"/,
    );
    expect(code).toBe(1);
  });
});

describe("inspect and export", () => {
  test("a model: settings, scores, and every tensor with shape and norm", async () => {
    const { stdout, code } = await run("inspect", "runs/book-lstm");
    expect(code).toBe(0);
    expect(stdout).toMatch(/hiddenSize +8$/m);
    expect(stdout).toMatch(/held-out loss +\d\.\d{3} nats per character \(best baseline, /);
    expect(stdout).toMatch(/recurrent\.weight_hh_l0 +\[32, 8\] +F32 +256 +\d/);
    expect(stdout).toMatch(/7 tensors, 682 numbers/);
  });

  test("gradients: layers, gates and spectra on the held-out end, as a table, a report and JSON", async () => {
    const args = ["inspect", "runs/book-lstm", "-o", "gradients.html", "--steps", "20"];
    const { stdout, stderr, code } = await run(...args, "--gradients");
    expect(stderr).toBe("\nThe report is in gradients.html.\n");
    expect(code).toBe(0);
    expect(stdout).toMatch(/4 sequences of 20 tokens from the held-out end of\s+book\.txt/);
    expect(stdout).toMatch(/recurrent\.l0 +\d+ of 20 +\d/);
    expect(stdout).toMatch(/recurrent\.l0, f \(sigmoid\) +0\.\d\d +\d/);
    expect(stdout).toMatch(/recurrent\.weight_hh_l0, o +\d\.\d{3} +\d\.\d{3}/);
    expect(stdout).toMatch(/^ {2}[▁▂▃▄▅▆▇█ ]+ {2}recurrent\.l0$/m);
    const report = readFileSync(join(cwd, "gradients.html"), "utf8");
    expect(report).not.toMatch(/<script|https?:|NaN|undefined/);
    expect(report).toContain("How far back the last state reaches");

    const again = await run(...args, "--gradients");
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/gradients\.html exists already/);

    const json = await run(
      "inspect",
      "runs/book-lstm",
      "--float64",
      "--json",
      "--gradients",
      "new.txt",
    );
    const event = json.events().find(({ type }) => type === "gradients") as Record<string, unknown>;
    expect(event).toMatchObject({ precision: "float64", text: "new.txt", sequences: 4 });
    const [layer] = event.layers as { reach: number[]; h: { byLag: number[] } }[];
    expect(layer.reach[0]).toBeCloseTo(1, 10);
    expect(layer.h.byLag).toHaveLength(layer.reach.length);
  });

  test("of weights alone there are spectra, and a line on what needs data", async () => {
    const { stdout, code } = await run(
      "inspect",
      "runs/book-lstm/model.safetensors",
      "--gradients",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/recurrent\.weight_hh_l0, i +\d\.\d{3}/);
    expect(stdout).toMatch(/need a model and data/);
  });

  test("what gradients cannot be measured with is refused", async () => {
    const alone = await run("inspect", "runs/book-lstm", "--steps", "20");
    expect(alone.code).toBe(2);
    expect(alone.stderr).toMatch(/--steps is for --gradients/);
    const missing = await run("inspect", "runs/book-lstm", "--gradients", "none.txt");
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/none\.txt/);
  });

  test("exported weights are the model's own, and are not written over unasked", async () => {
    const once = await run("export", "runs/book-lstm", "--safetensors", "w.safetensors");
    expect(once.code).toBe(0);
    const weights = readFileSync(join(cwd, "w.safetensors"));
    expect(weights.equals(readFileSync(join(cwd, "runs/book-lstm/model.safetensors")))).toBe(true);
    const twice = await run("export", "runs/book-lstm", "--safetensors", "w.safetensors");
    expect(twice.code).toBe(1);
    expect(twice.stderr).toMatch(/w\.safetensors exists already/);
  });

  test("weights with a NaN are counted", async () => {
    const bytes = readFileSync(join(cwd, "runs/book-lstm/model.safetensors"));
    bytes.writeFloatLE(NaN, bytes.length - 4);
    writeFileSync(join(cwd, "nan.safetensors"), bytes);
    const { stdout } = await run("inspect", "nan.safetensors");
    expect(stdout).toMatch(/NaN, ∞/);
    expect(stdout).toMatch(/1 number not finite: these weights are damaged\./);
  });
});
