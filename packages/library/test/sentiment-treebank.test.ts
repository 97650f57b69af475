import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  evaluationOf,
  prepareSentiment,
  readTrees,
  sentimentConfig,
  splitTexts,
  trainSentiment,
  tunedBag,
  type LabelledText,
  type PartText,
} from "unrolled/tasks/sentiment";
import { realData } from "./support/real-data.ts";

test("the Stanford Sentiment Treebank is read, and a few steps learn from it", async (context) => {
  const path = realData(context, "sst/trees/dev.txt");
  const trees = readTrees(readFileSync(path, "utf8"), "dev.txt");
  expect(trees).toHaveLength(1101);
  expect(trees[0].text).toBe("It 's a lovely film with lovely performances by Buy and Accorsi .");
  expect(trees[0].label).toBe("3");
  // A phrase for every bracket but the whole: 2n − 2 of them, for n words in a binary tree.
  expect(trees[0].parts).toHaveLength(2 * 13 - 2);

  // As --binary has them: two labels, and the middle to learn grades from.
  const side = ({ text, label: grade = "" }: PartText): PartText =>
    grade === "2" ? { text, grade } : { text, grade, label: grade > "2" ? "positive" : "negative" };
  const sided = trees.map((row): PartText & Pick<LabelledText, "parts"> => ({
    ...side(row),
    parts: row.parts?.map(side),
  }));
  const rows = sided.filter((row): row is LabelledText => row.label !== undefined);
  const middle = sided.filter(({ label }) => label === undefined);
  expect(rows).toHaveLength(872);

  const config = sentimentConfig({
    embeddingDim: 16,
    hiddenSize: 16,
    test: 0.2,
    lr: 1e-2,
    embeddingDropout: 0,
  });
  const data = prepareSentiment({ ...splitTexts(rows, config), middle }, config);
  expect(data.grades?.labels).toEqual([0, 0, -1, 1, 1]);
  expect(data.middle.length).toBeGreaterThan(data.train.length);
  const { baseline } = tunedBag(data, config);
  const judge = { labels: data.labels, config, positive: 1 };
  expect(evaluationOf(baseline.logits(data.test), data.test, judge).accuracy).toBeGreaterThan(0.6);
  const { fit } = await trainSentiment(data, config, { budget: { steps: 300 } });
  expect(fit.bestLoss).toBeLessThan(Math.log(2) - 0.01);
});
