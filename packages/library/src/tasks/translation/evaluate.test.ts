import { expect, test } from "vitest";
import { bleuByLength, learnDictionary, scoreTranslations, translationBaselines } from "./index.ts";

/** 我 I, 你 you, 看 see, 爱 love, 书 book, 树 tree: every sentence is shorter than a dozen characters. */
const SUBJECTS = { I: "我", you: "你" };
const VERBS = { see: "看", love: "爱" };
const OBJECTS = { books: "书", trees: "树" };

const CHINESE = Object.entries(SUBJECTS).flatMap(([i, ich]) =>
  Object.entries(VERBS).flatMap(([see, kan]) =>
    Object.entries(OBJECTS).map(([book, shu]) => ({
      source: `${i} ${see} ${book}.`,
      target: `${ich}${kan}${shu}。`,
    })),
  ),
);

test("where words are not spaced, BLEU counts characters, however short the sentences are", () => {
  const references = CHINESE.map(({ target }) => target);
  const almost = references.map((text) => text.replace("书", "本书"));
  const { bleu, signature } = scoreTranslations(almost, references);
  expect(signature).toContain("tok:char");
  expect(bleu).toBeGreaterThan(30); // by words, each sentence is one, and half of them are wrong
  expect(bleu).toBeLessThan(100);
});

test("words are translated one by one into characters, and back, without spaces and with", () => {
  const dictionary = learnDictionary(CHINESE);
  expect(dictionary.translate("you love trees.")).toBe("你爱树。");
  expect(translationBaselines(dictionary, CHINESE)[1].bleu).toBeCloseTo(100);
  const back = learnDictionary(
    CHINESE.map((pair) => ({ source: pair.target, target: pair.source })),
  );
  expect(back.translate("我看书。")).toBe("I see books.");
});

test("the length of a source without spaces is that of its characters, the same in every bin", () => {
  const short = [...CHINESE, ...CHINESE].map(({ target }) => target);
  const sources = [...short, ...short.map((text) => text.repeat(6))];
  const almost = sources.map((text) => text.replace("书", "本书"));
  const bins = bleuByLength(almost, sources, sources);
  expect(bins.map(({ from, to, sentences }) => [from, to, sentences])).toEqual([
    [1, 5, 16],
    [21, 30, 16],
  ]);
  expect(bins[0].bleu).toBe(scoreTranslations(almost.slice(0, 16), short).bleu);
});
