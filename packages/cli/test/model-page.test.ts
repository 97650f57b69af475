import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { manualSeed, Vocabulary } from "unrolled";
import {
  classifyTexts,
  saveSentimentModel,
  sentimentConfig,
  SentimentModel,
} from "unrolled/tasks/sentiment";
import {
  generateText,
  nextTokens,
  prepareText,
  saveTextModel,
  textConfig,
  TextModel,
} from "unrolled/tasks/text";
import {
  prepareTranslation,
  saveTranslationModel,
  translate,
  translationConfig,
  TranslationModel,
} from "unrolled/tasks/translation";
import { findChromium, HOW_TO_GET_CHROMIUM, launch } from "../../../site/test/browser.ts";
import { buildCommand, makeFolder, someText, unrolled } from "./command.ts";

manualSeed(1);
const config = textConfig({ hiddenSize: 8, embeddingDim: 6, seqLength: 4, batchSize: 1 });
const model = new TextModel(config, prepareText(someText(3000), config).tokenizer);

const cwd = makeFolder();
const run = (...args: string[]) => unrolled(args, { cwd });

const PAIRS = ["one red bird", "two red birds", "one old tree", "two old trees"].map((source) => ({
  source,
  target: source.split(" ").reverse().join(" "),
}));
const settings = translationConfig({ hiddenSize: 8, embeddingDim: 6, vocabSize: 300 });
const { tokenizers } = prepareTranslation(PAIRS, PAIRS, settings);
const translator = new TranslationModel(settings, tokenizers);

const classifier = new SentimentModel(
  sentimentConfig({ hiddenSize: 8, embeddingDim: 6 }),
  ["bad", "good"],
  new Vocabulary(["<pad>", "<unk>", "a", "fine", "dull", "film"], { unkToken: "<unk>" }),
);

function writeModel(name: string, files: Record<string, Uint8Array>): void {
  mkdirSync(join(cwd, name));
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(cwd, name, file), bytes);
}

beforeAll(async () => {
  buildCommand();
  writeModel("book", saveTextModel(model));
  writeModel("english", saveTranslationModel(translator));
  writeModel("opinions", saveSentimentModel(classifier));
  const { code, stdout } = await run("export", "book", "--page", "book.html");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^book\.html: .* kB\. Open it in a/)]);
});

describe("export", () => {
  test("--onnx of a translation model writes a file for each half", async () => {
    const { code, stdout } = await run("export", "english", "--onnx", "mt.onnx");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^mt-encoder\.onnx: [^]*^mt-decoder\.onnx: /m),
    ]);
    const decoder = readFileSync(join(cwd, "mt-decoder.onnx"), "latin1");
    for (const word of ["tokens", "keys", "logProbs", "attention"]) expect(decoder).toContain(word);
  });

  test("--onnx writes the model with its vocabulary, and says what goes in and out", async () => {
    const { code, stdout } = await run("export", "book", "--onnx", "book.onnx");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^book\.onnx: .* ids \[batch, seq\] and the state before/);
    const file = readFileSync(join(cwd, "book.onnx"), "latin1");
    for (const word of ["LSTM", "h.next", "c.next", "embedding.weight", '"hiddenSize":8']) {
      expect(file).toContain(word);
    }
    expect(file).toContain('{"h":[1,1,8],"c":[1,1,8]}');
  });

  test("in a folder, the files have names of their own", async () => {
    const { code, stdout } = await run("export", "book", "--page", "site/", "--onnx", "book");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^book.model\.onnx: [^]*^site.index\.html: /m);
    expect(stdout).toContain("In Python: onnxruntime.InferenceSession(");
  });

  test("several formats at once, and nothing where one of them would be written over", async () => {
    const refused = await run("export", "book", "--onnx", "new.onnx", "--page", "book.html");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("book.html exists already");
    const done = await run(
      "export",
      "book",
      "--onnx",
      "new.onnx",
      "--page",
      "book.html",
      "--force",
      "--json",
    );
    expect(done.events()).toMatchObject([
      { type: "export", path: "new.onnx", format: "onnx" },
      { type: "export", path: "book.html", format: "page" },
    ]);
  });
});

const hasChromium = findChromium() !== null;
if (!hasChromium)
  console.log(`The model's page is not tested in a browser: ${HOW_TO_GET_CHROMIUM}.`);

describe.runIf(hasChromium)("the page, opened from the disk", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** The page, ready; `complaints` are errors, and requests to anywhere. */
  async function open(
    options = {},
    file = "book.html",
    field = "The beginning of a text",
  ): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (/^https?:/.test(request.url())) complaints.push(request.url());
    });
    await page.goto(pathToFileURL(join(cwd, file)).href);
    await page.getByLabel(field).waitFor();
    return { page, complaints };
  }
  const finished = (page: Page) =>
    page
      .getByRole("status")
      .filter({ hasText: /characters written/ })
      .waitFor();

  test("goes on with what is typed, as the library does", async () => {
    const { page, complaints } = await open();
    await page.getByLabel("Go on while I type").uncheck();
    await page.getByLabel(/^Temperature/).fill("0");
    await page.getByLabel("Characters or tokens to write").fill("40");
    await page.getByLabel("The beginning of a text").fill("the cat");
    await page.getByRole("button", { name: "Continue" }).click();
    await finished(page);
    const pieces = [...generateText(model, { prompt: "the cat", temperature: 0, length: 40 })];
    expect(await page.locator("#output").textContent()).toBe(`the cat${pieces.join("")}`);
    const [likeliest] = nextTokens(model, "the cat", 1);
    const shown = await page.locator(".bars li .name").first().textContent();
    expect(shown).toBe(likeliest.text.replace(" ", "␣").replace("\n", "⏎"));
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("goes on by itself while one types, and says which characters it does not know", async () => {
    const { page, complaints } = await open();
    const text = page.getByLabel("The beginning of a text");
    await text.pressSequentially("the");
    await page.locator("#output .given", { hasText: "the" }).waitFor();
    await text.fill("日本");
    await page
      .getByRole("alert")
      .filter({ hasText: /never seen 日 本/ })
      .waitFor();
    await text.fill("the dog");
    await page.locator("#output .given", { hasText: "the dog" }).waitFor();
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("is stopped by its button, with the keyboard alone", async () => {
    const { page } = await open();
    await finished(page);
    await page.getByLabel("Characters or tokens to write").fill("5000");
    await page.getByLabel("The beginning of a text").press("Control+Enter");
    await page.getByRole("button", { name: "Stop" }).press("Enter");
    await finished(page);
    const written = await page.locator("#output").textContent();
    expect(written!.length).toBeLessThan(5000);
    await page.close();
  });

  test("translates as the library does, and shows where it looked", async () => {
    expect((await run("export", "english", "--page", "mt.html")).code).toBe(0);
    const field = "Sentences to translate, one a line";
    const { page, complaints } = await open(
      { viewport: { width: 360, height: 640 } },
      "mt.html",
      field,
    );
    await page.getByLabel(field).fill("one red tree\ntwo birds");
    await page
      .getByRole("status")
      .filter({ hasText: /Translated in/ })
      .waitFor();
    const wanted = translate(translator, ["one red tree", "two birds"]);
    expect(await page.locator("#output div").allTextContents()).toEqual(
      wanted.map(({ text }) => text),
    );
    const first = page.getByRole("region", { name: "Attention, line 1" });
    expect(await first.locator("tbody tr").count()).toBe(wanted[0].targetTokens.length);
    expect(await first.locator("thead th").count()).toBe(wanted[0].sourceTokens.length);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("classifies as the library does, and shows every word", async () => {
    expect((await run("export", "opinions", "--page", "opinions.html")).code).toBe(0);
    const field = "A text to classify";
    const { page, complaints } = await open({}, "opinions.html", field);
    await page.getByLabel(field).fill("a fine film");
    await page.locator(".words span").nth(2).waitFor();
    const [{ label }] = classifyTexts(classifier.eval(), ["a fine film"]);
    expect(await page.getByRole("status").textContent()).toMatch(new RegExp(`^${label}, `));
    expect(await page.locator(".words span").allTextContents()).toEqual(["a", "fine", "film"]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.for(["light", "dark"] as const)(
    "axe finds nothing, in %s, 360 pixels wide",
    async (colorScheme) => {
      const { page } = await open({
        colorScheme,
        viewport: { width: 360, height: 640 },
        bypassCSP: true,
      });
      await finished(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      await page.addScriptTag({
        path: createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
      });
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as {
          axe: { run(): Promise<{ violations: { id: string }[] }> };
        };
        return (await axe.run()).violations.map(({ id }) => id);
      });
      expect(violations).toEqual([]);
      await page.close();
    },
  );
});
