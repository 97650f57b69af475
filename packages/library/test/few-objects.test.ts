/**
 * V8 marks every object that is alive several times a second while a model trains, so that data to
 * learn from is held in a few arrays: docs/decisions/0010-the-collector-has-little-to-do.md.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { RandomGenerator } from "../src/index.ts";
import { prepareSentiment, sentimentConfig } from "../src/tasks/sentiment/index.ts";
import { prepareTranslation, translationConfig } from "../src/tasks/translation/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const ITEMS = 20_000;

/** One typed array for each item would be 3.5 MB. */
const ALLOWED = 2e6;

const generator = new RandomGenerator(1);
const sentence = () => Array.from({ length: 8 }, () => `w${generator.integer(500)}`).join(" ");

/** Bytes of the JavaScript heap that are still taken when only what `make` gave is left. */
function heapOf(make: () => object): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = make();
  collect();
  const taken = process.memoryUsage().heapUsed - before;
  expect(Object.keys(kept).length).toBeGreaterThan(0); // and is alive until here
  return taken;
}

test("pairs to translate are a few arrays", () => {
  const prepare = () =>
    prepareTranslation(
      Array.from({ length: ITEMS }, () => ({ source: sentence(), target: sentence() })),
      [],
      translationConfig({ vocabSize: 600 }),
    );
  prepare(); // What is made once, such as compiled code, does not count.
  expect(heapOf(prepare)).toBeLessThan(ALLOWED);
});

test("texts to classify are a few arrays", () => {
  const texts = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ text: sentence(), label: i % 2 ? "a" : "b" }));
  const prepare = () =>
    prepareSentiment(
      { train: texts(ITEMS), validation: texts(10), test: texts(10) },
      sentimentConfig(),
    );
  prepare();
  expect(heapOf(prepare)).toBeLessThan(ALLOWED);
});
