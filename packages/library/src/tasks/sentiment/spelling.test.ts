import { noGrad } from "unrolled";
import { describe, expect, test } from "vitest";
import { collateTexts } from "./batches.ts";
import { withoutLetters } from "./onnx.ts";
import {
  classifyTexts,
  evaluateSentiment,
  examplesFor,
  explainText,
  loadSentimentModel,
  prepareSentiment,
  saveSentimentModel,
  sentimentConfig,
  trainSentiment,
  tunedBag,
  type LabelledText,
} from "./index.ts";
import { HIDDEN, LetterNgrams, letterNgrams, spellingOf } from "./spelling.ts";

describe("letter n-grams", () => {
  test.each([
    ["cat", ["‹ca", "cat", "at›", "‹cat", "cat›", "‹cat›"]],
    ["a", ["‹a›"]],
    ["😀", ["‹😀›"]],
  ])("of %s", (word, ngrams) => {
    expect(letterNgrams(word)).toEqual(ngrams);
  });

  test("a word has the same bag wherever it stands, and what is hidden an empty one", () => {
    const ngrams = new LetterNgrams(50);
    const { ids, offsets } = ngrams.bagsOf([HIDDEN, "cat", "dogs", "cat"]);
    expect([...offsets]).toEqual([0, 0, 6, 15]);
    expect(ids.slice(0, 6)).toEqual(ids.slice(15));
    expect(ids.every((id) => id >= 0 && id < 50)).toBe(true);
  });

  test("of a long text, those of the tokens that are read", () => {
    const tokens = ["a", "b", "c", "d", "e"];
    const example = { text: "", tokens, ids: Int32Array.of(2, 3, 4), target: 0 };
    const { words, places } = spellingOf([example], 4);
    expect(words).toEqual([HIDDEN, "a", "b", "e"]);
    expect([...places.data]).toEqual([1, 2, 3, 0]);
  });
});

const STEMS = "hop joy tact grace taste care use pain thought fear color event".split(" ");
/** All that a word says is in its ending. */
const reviews = (stems: readonly string[]): LabelledText[] =>
  stems.flatMap((stem) => [
    { text: `how ${stem}ful it was`, label: "pos" },
    { text: `how ${stem}less it was`, label: "neg" },
  ]);

async function trained(letters: number) {
  const config = sentimentConfig({
    letterNgrams: letters,
    ...{ embeddingDim: 12, hiddenSize: 8, batchTokens: 60, lr: 1e-2, minFrequency: 1 },
    ...{ dropout: 0.1, embeddingDropout: 0 },
  });
  const rows = reviews(STEMS.slice(0, 9));
  const data = prepareSentiment({ train: rows, validation: reviews(["rest"]), test: [] }, config);
  const { bag } = tunedBag(data, config);
  const { model } = await trainSentiment(data, config, { budget: { steps: 150 }, bag });
  return model;
}

test("a word that training never had is read by its letters", async () => {
  const model = await trained(300);
  const unseen = reviews(STEMS.slice(9));
  expect(evaluateSentiment(model, examplesFor(model, unseen)).accuracy).toBe(1);
  const [{ label, unknown }] = classifyTexts(model, ["how merciless it was"]);
  expect([label, unknown]).toEqual(["neg", 1]);
  expect(explainText(model, "how merciless it was")[1].effect).not.toBe(0);

  const files = saveSentimentModel(model);
  const again = loadSentimentModel((name) => files[name]);
  const texts = unseen.map(({ text }) => text);
  expect(classifyTexts(again, texts)).toEqual(classifyTexts(model, texts));

  const examples = examplesFor(model, reviews(STEMS.slice(0, 3)));
  const { ids, lengths, spelling } = collateTexts(examples);
  const [whole, plain] = noGrad(() => [
    model.forward(ids, { lengths, spelling }),
    withoutLetters(model).forward(ids, { lengths }),
  ]);
  expect(plain.sub(whole).abs().max().item()).toBeLessThan(1e-5);
  expect(model.forward(ids, { lengths }).sub(whole).abs().max().item()).toBeGreaterThan(0.01);
});

test("without letters all words that are new are one", async () => {
  const model = await trained(0);
  const texts = reviews(STEMS.slice(9)).map(({ text }) => text);
  expect(new Set(classifyTexts(model, texts).map(({ label }) => label)).size).toBe(1);
});
