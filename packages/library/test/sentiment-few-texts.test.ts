import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RandomGenerator } from "unrolled";
import {
  evaluationOf,
  majorityBaseline,
  prepareSentiment,
  sentimentConfig,
  trainSentiment,
  voicesOf,
} from "unrolled/tasks/sentiment";
import { realData } from "./support/real-data.ts";

const LANGUAGES = ["Russian", "Japanese", "Italian", "English", "Chinese", "Greek"];

test("from 120 names the network alone learns more than which language is frequent", async (context) => {
  const rows = LANGUAGES.flatMap((label) => {
    const file = readFileSync(realData(context, `names-by-language/${label}.txt`), "utf8");
    return file
      .trimEnd()
      .split("\n")
      .map((text) => ({ text, label }));
  });
  const order = new RandomGenerator(1).permutation(rows.length);
  const drawn = Array.from(order, (place) => rows[place]);
  const config = sentimentConfig({ tokens: "char" });
  const data = prepareSentiment(
    { train: drawn.slice(0, 96), validation: drawn.slice(96, 120), test: drawn.slice(120, 1620) },
    config,
  );
  const { model } = await trainSentiment(data, config);
  const judged = (logits: Parameters<typeof evaluationOf>[0]) =>
    evaluationOf(logits, data.test, model).accuracy;
  const majority = judged(majorityBaseline(data).logits(data.test));
  expect(judged(voicesOf(model, data.test).network)).toBeGreaterThan(majority + 0.08);
}, 60_000);
